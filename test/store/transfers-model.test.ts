/**
 * A few hundred transfers and decisions by chance, in two studies of one store, each held against a model in memory
 * that is simple enough to be believed: maps of what is present, of the numbers given, of the latest decisions.
 */
import { expect, test } from 'vitest'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { findHead } from '../../pipeline/store/chain.ts'
import { listOccurrences } from '../../pipeline/store/queue.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { toRandom } from '../generators/random.ts'
import {
  addFile,
  codeByHand,
  codeByMachine,
  DANA,
  findGroup,
  listAll,
  listFaults,
  openStage,
  openTransfer,
  type Reported,
  readLines,
  toDecision,
  toPath,
  toRow,
} from './stage.ts'

const STEPS = 200
const TERMS = ['Headache', 'HEADACHE', 'head  ache', 'Nausea', 'nausea', 'Rash', 'Fever', 'Chills', 'Cough', 'Fatigue']
const SUBJECTS = ['0101', '0102', '0103', '0201']
const RECORDS = ['1', '2', '3', '4']
const SOURCES = ['site', 'diary'] as const

interface Present extends Reported {
  readonly source: string
}

/** What one study must hold. */
interface Model {
  readonly present: Map<string, Present>
  /** --SEQ by record; never taken back. */
  readonly numbers: Map<string, number>
  readonly groupCodes: Map<string, string>
  readonly ownCodes: Map<string, { readonly basedOn: string; readonly code: string }>
}

test('after every transfer and decision the store holds what a simple model holds, and no study sees another', async () => {
  const chance = toRandom(20260301)
  const studies = ['ABC-101@test', 'ABC-101@uat']
  const store = await openStage(studies)
  const models = studies.map(() => toModel())
  const moments: { study: string; uptoSeq: number; lines: string[] }[] = []
  for (let step = 1; step <= STEPS; step++) {
    const which = Math.floor(chance() * studies.length)
    const study = studies[which] ?? ''
    const model = models[which] ?? toModel()
    const roll = chance()
    if (roll < 0.55) await transferByChance(store, { study, model, chance, step })
    else if (roll < 0.75) await machineCodes(store, { study, model, step })
    else if (roll < 0.9) await personCodesGroup(store, { study, model, chance, step })
    else await personCodesOccurrence(store, { study, model, chance, step })

    for (const [index, id] of studies.entries()) {
      const expected = models[index] ?? toModel()
      expect(await listCounts(store, id), `step ${step}, ${id}: groups`).toEqual(toCounts(expected))
      const lines = await readLines(store, { study: id })
      expect(lines, `step ${step}, ${id}: dataset`).toEqual(toLines(expected))
      if (id === study) moments.push({ study, lines, uptoSeq: (await findHead(store.db, study)).seq })
    }
  }
  for (const study of studies) expect(await listFaults(store, study)).toEqual([])
  for (const { study, uptoSeq, lines } of moments) {
    expect(await readLines(store, { study, uptoSeq }), `${study} as of event ${uptoSeq}`).toEqual(lines)
  }
  expect(moments.some(({ lines }) => lines.length > 10)).toBe(true)
  expect(models.every(({ ownCodes, groupCodes }) => ownCodes.size > 2 && groupCodes.size > 3)).toBe(true)
})

interface Turn {
  readonly study: string
  readonly model: Model
  readonly chance: () => number
  readonly step: number
}

/** Each record is changed, left out, put in or kept by chance; one transfer in four is abandoned or left open. */
async function transferByChance(store: Store, { study, model, chance }: Turn): Promise<void> {
  const present = new Map(model.present)
  const numbers = new Map(model.numbers)
  const told = new Set<string>()
  const snapshots: string[] = []
  const staging = await openTransfer(store, { study })
  for (const source of SOURCES) {
    if (chance() < 0.4) continue
    if (chance() < 0.6) snapshots.push(source)
    const reports: Reported[] = []
    for (const key of SUBJECTS.flatMap((subject) => RECORDS.map((record) => `${subject}/${record}`))) {
      const before = present.get(key)
      // Most records stay with their source; one that another file of this transfer told is left to it.
      if (told.has(key) || (before && before.source !== source && chance() < 0.8)) continue
      if (chance() < (before ? 0.25 : 0.6)) continue
      const [subject = '', record = ''] = key.split('/')
      const isKept = before !== undefined && chance() < 0.7
      const report = isKept ? before : { subject, record, term: pick(TERMS, chance), serious: chance() < 0.3 }
      reports.push(report)
      told.add(key)
      present.set(key, { ...report, source })
      if (!numbers.has(key)) numbers.set(key, countOf(numbers, subject) + 1)
    }
    const rows = reports.map((report) => toRow(report, study))
    await addFile(staging, { rows, source, kind: 'delta', batch: 1 + Math.floor(chance() * 5) })
  }
  for (const source of snapshots) {
    await staging.withdrawMissing(source)
    for (const [key, { source: of }] of present) if (of === source && !told.has(key)) present.delete(key)
  }
  const end = chance()
  if (end < 0.1) return // left open: the next transfer abandons it
  if (end < 0.25) {
    await staging.abandon({ actor: DANA, reason: 'by chance' })
    return
  }
  await staging.commit({ actor: DANA, body: {} })
  replace(model.present, present)
  replace(model.numbers, numbers)
}

async function machineCodes(store: Store, { study, model, step }: Omit<Turn, 'chance'>): Promise<void> {
  const open = (await listAll(store, study)).filter(({ decision }) => decision === null)
  if (open.length === 0) return
  const decisions = open.map((group) => toDecision(group, { codings: [{ path: toPath(`M${step}`), partText: null }] }))
  expect(await codeByMachine(store, decisions, study)).toBe(open.length)
  for (const { folded } of open) model.groupCodes.set(folded, `M${step}`)
}

async function personCodesGroup(store: Store, { study, model, chance, step }: Turn): Promise<void> {
  const groups = await listAll(store, study)
  if (groups.length === 0) return
  const group = pick(groups, chance)
  await codeByHand(store, group, { study, term: `P${step}`, reason: `step ${step}` })
  model.groupCodes.set(group.folded, `P${step}`)
}

async function personCodesOccurrence(store: Store, { study, model, chance, step }: Turn): Promise<void> {
  if (model.present.size === 0) return
  const [key, { subject, term }] = pick([...model.present], chance)
  const group = await findGroup(store, term, study)
  const inGroup = await listOccurrences(store, study, { group, limit: 99 })
  const found = inGroup.find(
    (occurrence) => occurrence.key.includes(`"NO":"${key.split('/')[1]}"`) && occurrence.usubjid.endsWith(subject),
  )
  if (!found) throw new Error(`no occurrence ${key}`)
  await codeByHand(store, found, { study, term: `O${step}`, reason: `step ${step}` })
  model.ownCodes.set(key, { basedOn: term, code: `O${step}` })
}

function toModel(): Model {
  return { present: new Map(), numbers: new Map(), groupCodes: new Map(), ownCodes: new Map() }
}

/** Occurrences and serious ones by folded term. */
function toCounts({ present }: Model): Record<string, string> {
  const counts = new Map<string, { occurrences: number; serious: number }>()
  for (const { term, serious } of present.values()) {
    const folded = foldVerbatim(term)
    const count = counts.get(folded) ?? { occurrences: 0, serious: 0 }
    counts.set(folded, { occurrences: count.occurrences + 1, serious: count.serious + (serious ? 1 : 0) })
  }
  return Object.fromEntries(
    [...counts].map(([folded, { occurrences, serious }]) => [folded, `${occurrences} (${serious} serious)`]),
  )
}

async function listCounts(store: Store, study: string): Promise<Record<string, string>> {
  const groups = await listAll(store, study)
  return Object.fromEntries(
    groups.map(({ folded, occurrences, serious }) => [folded, `${occurrences} (${serious} serious)`]),
  )
}

function toLines({ present, numbers, groupCodes, ownCodes }: Model): string[] {
  const rows = [...present].map(([key, { subject, term }]) => {
    const own = ownCodes.get(key)
    const code = own ? (own.basedOn === term ? own.code : 'none') : (groupCodes.get(foldVerbatim(term)) ?? 'none')
    return { subject, n: numbers.get(key) ?? 0, line: `${subject} #${numbers.get(key)} ${term} -> ${code}` }
  })
  rows.sort((a, b) => (a.subject === b.subject ? a.n - b.n : a.subject < b.subject ? -1 : 1))
  return rows.map(({ line }) => line)
}

function countOf(numbers: ReadonlyMap<string, number>, subject: string): number {
  return [...numbers.keys()].filter((key) => key.startsWith(`${subject}/`)).length
}

function replace<V>(map: Map<string, V>, by: ReadonlyMap<string, V>): void {
  map.clear()
  for (const [key, value] of by) map.set(key, value)
}

function pick<T>(values: readonly T[], chance: () => number): T {
  return values[Math.floor(chance() * values.length)] as T
}
