/**
 * The published Arrow files, read by another library than the one that wrote them, against the store, read with plain
 * SQL written from the model in pipeline/store/migrations.ts: row by row and column by column.
 */
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Table, Type, tableFromIPC } from '@uwdata/flechette'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  codeTerm,
  exportStudy,
  findTarget,
  judgeTerm,
  listOccurrences,
  openCodingKits,
  openStudy,
  openStudyStore,
  runStudy,
} from '../../pipeline/index.ts'
import { codeExactTermsOnly, copySample } from './sample.ts'
import { openStored } from './stored.ts'

type Domain = 'AE' | 'MH'
type Row = { readonly [column: string]: unknown }

const AMBIENCE = { now: () => '2026-03-04T09:00:00Z', salt: () => 'e2e' }
const MAPPED = {
  AE: ['AESPID', 'AESTDAT', 'AEENDAT', 'AEONGO', 'AESEV', 'AESER', 'AEREL', 'AEACN', 'AEOUT', 'AECOMM'],
  MH: ['MHSTDAT', 'MHENDAT', 'MHONGO'],
}
const LEVELS = [
  ['LLT', 'LLT', 'LLTCD'],
  ['PT', 'DECOD', 'PTCD'],
  ['HLT', 'HLT', 'HLTCD'],
  ['HLGT', 'HLGT', 'HLGTCD'],
  ['SOC', 'SOC', 'SOCCD'],
  ['SOC', 'BODSYS', 'BDSYCD'],
] as const

let folder = ''
const expectedRows = { AE: [] as StoredRow[], MH: [] as StoredRow[] }

beforeAll(async () => {
  folder = await copySample()
  await codeExactTermsOnly(folder)
  const study = await openStudy(folder)
  const actor = { name: 'Dana', kind: 'person', auth: 'asserted' } as const
  await runStudy(study, { actor, ambience: AMBIENCE, input: join(folder, 'transfers', '2026-03-02') })
  const store = await openStudyStore(study, AMBIENCE)
  try {
    const kits = await openCodingKits(study)
    const by = (name: string) => ({ ...actor, name })
    const find = (name: string) => findTarget(store, study, { name })
    const code = async (name: string, term: string, reason: string | null = null) =>
      await codeTerm(study, { store, kits, target: await find(name), codes: [{ term }], actor: by('Ann'), reason })
    const judge = async (name: string, kind: 'approved' | 'rejected', reason: string | null = null) =>
      await judgeTerm(study, { store, target: await find(name), kind, actor: by('Bea'), reason })
    await code('diarhea', 'Diarrhoea')
    await judge('diarhea', 'approved')
    await code('neusea', 'Nausea')
    await code('vomitting', 'Nausea')
    await judge('vomitting', 'rejected', 'vomiting is no nausea')
    // One occurrence of a coded term that means something else than its group.
    const group = await find('fatigue')
    if (group.kind !== 'group') throw new Error('a verbatim names a group')
    const [one] = await listOccurrences(store, study.id, { group: group.group, limit: 1 })
    const id = one?.target.id ?? ''
    await code(id, 'Somnolence', 'the narrative says sleepy')
    await judge(id, 'approved')
  } finally {
    await store.close()
  }
  await exportStudy(study, { actor, ambience: { ...AMBIENCE, salt: () => 'export' } })
  for (const domain of ['AE', 'MH'] as const) expectedRows[domain] = readRows(domain)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(['AE', 'MH'] as const)('of %s', (domain) => {
  test('every row and column of the dataset is what the store holds', () => {
    const expected = expectedRows[domain]
    const table = readTable(`${domain.toLowerCase()}.arrow`)
    const rows = toRows(table)
    expect(rows.length).toBe(expected.length)
    expect(rows.map((row) => [row.USUBJID, row[`${domain}SEQ`]])).toEqual(expected.map(({ key }) => key))
    for (const [index, { dataset }] of expected.entries()) expect(withoutDates(rows[index], domain)).toEqual(dataset)
  })

  test('every row and column of its coding file is what the store holds', () => {
    const expected = expectedRows[domain]
    const rows = toRows(readTable(`coding_${domain.toLowerCase()}.arrow`))
    expect(rows.length).toBe(expected.length)
    for (const [index, { coding }] of expected.entries()) {
      const { ARTEFACTS, ...row } = rows[index] ?? {}
      expect(row).toEqual(coding)
      expect(ARTEFACTS).toMatch(/^[0-9a-f]{32}$/)
    }
  })

  test('codes are Int32, confidence is Float64, all else is Utf8, and only what is uncoded is null', () => {
    const [dataset, coding] = [
      readTable(`${domain.toLowerCase()}.arrow`),
      readTable(`coding_${domain.toLowerCase()}.arrow`),
    ]
    const numbers = [`${domain}SEQ`, ...LEVELS.map(([, , code]) => domain + code)]
    expect(toTypes(dataset)).toEqual(
      Object.fromEntries(listNames(dataset).map((name) => [name, numbers.includes(name) ? 'Int32' : 'Utf8'])),
    )
    const kinds: Row = { [`${domain}SEQ`]: 'Int32', PART: 'Int32', CONFIDENCE: 'Float64' }
    expect(toTypes(coding)).toEqual(Object.fromEntries(listNames(coding).map((name) => [name, kinds[name] ?? 'Utf8'])))
    const uncoded = expectedRows[domain].filter(({ dataset }) => dataset[`${domain}LLT`] === null).length
    expect(uncoded).toBeGreaterThan(0)
    for (const [, text, code] of LEVELS) {
      expect([dataset.getChild(domain + text).nullCount, dataset.getChild(domain + code).nullCount]).toEqual([
        uncoded,
        uncoded,
      ])
    }
    expect([dataset.getChild('USUBJID').nullCount, dataset.getChild(`${domain}TERM`).nullCount]).toEqual([0, 0])
  })

  test('every column has its label, and the file names its study, dictionary and date', () => {
    const table = readTable(`${domain.toLowerCase()}.arrow`)
    const labels = Object.fromEntries(table.schema.fields.map(({ name, metadata }) => [name, metadata?.get('label')]))
    expect(labels).toMatchObject({
      USUBJID: 'Unique Subject Identifier',
      [`${domain}SEQ`]: 'Sequence Number',
      [`${domain}TERM`]: `Reported Term for the ${domain === 'AE' ? 'Adverse Event' : 'Medical History'}`,
      [`${domain}LLTCD`]: 'Lowest Level Term Code',
      [`${domain}DECOD`]: 'Dictionary-Derived Term',
      [`${domain}SOC`]: 'Primary System Organ Class',
    })
    expect(Object.values(labels)).not.toContain(undefined)
    for (const name of [`${domain.toLowerCase()}.arrow`, `coding_${domain.toLowerCase()}.arrow`]) {
      const { metadata } = readTable(name).schema
      expect(Object.fromEntries(metadata ?? [])).toMatchObject({
        dataset: name.startsWith('coding') ? `CODING_${domain}` : domain,
        study: 'AUR-101',
        dictionary: 'OpenAE',
        dictionary_version: '0.1',
        as_of: '2026-03-02T04:15:00Z',
      })
    }
  })
})

test('a code is there when it was approved or needed nobody, and not while it waits or after it was rejected', () => {
  const coding = new Map(toRows(readTable('coding_ae.arrow')).map((row) => [`${row.USUBJID} ${row.AESEQ}`, row]))
  const rows = toRows(readTable('ae.arrow')).map((row) => ({ ...coding.get(`${row.USUBJID} ${row.AESEQ}`), ...row }))
  const toFacts = (verbatim: string) => [
    ...new Set(
      rows
        .filter(({ AETERM }) => AETERM === verbatim)
        .map(({ OUTCOME, APPROVAL, AELLT }) => [OUTCOME, APPROVAL, AELLT ?? 'no code'].join(', ')),
    ),
  ]
  expect(['Headache', 'diarhea', 'neusea', 'vomitting', 'MI'].map(toFacts)).toEqual([
    ['exact, none-needed, Headache'],
    ['manual, approved, Diarrhoea'],
    ['manual, pending, no code'],
    ['manual, rejected, no code'],
    ['do-not-autocode, none-needed, no code'],
  ])
  const fatigue = rows.filter(({ AETERM }) => String(AETERM).toLowerCase() === 'fatigue')
  const differing = fatigue.filter(({ AELLT }) => AELLT !== 'Fatigue')
  expect(differing.map(({ AELLT, TARGET }) => [AELLT, TARGET])).toEqual([['Somnolence', 'occurrence']])
  expect(fatigue.length).toBeGreaterThan(1)
})

function readTable(name: string): Table {
  const current = JSON.parse(readFileSync(join(folder, 'out', 'current.json'), 'utf8')) as { runId: string }
  return tableFromIPC(readFileSync(join(folder, 'out', 'runs', current.runId, name)))
}

function toRows(table: Table): { readonly [column: string]: string | number | null }[] {
  return table.toArray().map((row: { [column: string]: string | number | null }) => ({ ...row }))
}

function listNames(table: Table): string[] {
  return table.schema.fields.map(({ name }) => name)
}

function toTypes(table: Table): Row {
  const toName = (type: Table['schema']['fields'][number]['type']) =>
    type.typeId === Type.Utf8
      ? 'Utf8'
      : type.typeId === Type.Int && type.bitWidth === 32 && type.signed
        ? 'Int32'
        : type.typeId === Type.Float && type.precision === 2
          ? 'Float64'
          : JSON.stringify(type)
  return Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, toName(type)]))
}

/** ISO dates are derived while the dataset is written; the store holds them as collected. They must agree where both are plain. */
function withoutDates(row: Row | undefined, domain: Domain): Row {
  const { [`${domain}STDTC`]: start, [`${domain}ENDTC`]: end, ...rest } = row ?? {}
  for (const [iso, collected] of [
    [start, rest[`${domain}STDAT`]],
    [end, rest[`${domain}ENDAT`]],
  ]) {
    if (/^\d{4}-\d\d-\d\d$/.test(String(collected))) expect(iso).toBe(collected)
    if (collected === null) expect(iso).toBeNull()
    const year = /\d{4}/.exec(String(iso))?.[0]
    if (year !== undefined) expect(collected).toContain(year)
  }
  return rest
}

interface Decision {
  readonly id: string
  readonly based_on: string
  readonly outcome: string
  readonly step: string
  readonly confidence: number
  readonly waits: number
  readonly actor: string
  readonly at: string
  readonly reason: string | null
  readonly explanation: string
  readonly verdict: string | null
  readonly approver: string | null
  readonly approved_at: string | null
  readonly path: string | null
}

/** One row of a dataset and of its coding file, as the store has it. */
interface StoredRow {
  readonly key: readonly unknown[]
  readonly dataset: Row
  readonly coding: Row
}

/** The rows a dataset must have, in its order, from the tables of the store. */
function readRows(domain: Domain): StoredRow[] {
  const db = openStored(folder)
  try {
    const present = db
      .prepare(
        `select s.usubjid, s.n, s.part, o.id, o.no, o.key, o.subject, v.site, v.verbatim, v.context, v.group_no
         from occurrence_version v
         join occurrence o on o.study = v.study and o.no = v.occurrence_no
         join sequence s on s.study = v.study and s.occurrence_no = v.occurrence_no
         where o.domain = ? and v.present = 1 and not exists (
           select 1 from occurrence_version w where w.study = v.study and w.occurrence_no = v.occurrence_no and w.transfer_no > v.transfer_no)
         order by s.usubjid, s.n`,
      )
      .all(domain)
    const decide = (column: 'group_no' | 'occurrence_no') =>
      db.prepare(
        `select d.*, w.kind as verdict, w.actor as approver, w.at as approved_at, c.path from decision d
         left join verdict w on w.study = d.study and w.decision = d.id
         left join coding c on c.study = d.study and c.decision = d.id
         where d.${column} = ? order by d.seq desc limit 1`,
      )
    const [ofGroup, ofOccurrence] = [decide('group_no'), decide('occurrence_no')]
    return present.map((row) => {
      const own = ofOccurrence.get(Number(row.no)) as Decision | undefined
      const decision = own ?? (ofGroup.get(Number(row.group_no)) as unknown as Decision)
      const key = [row.usubjid, row.n]
      return {
        key,
        dataset: toDatasetRow(domain, row, decision),
        coding: toCodingRow(domain, row, { decision, isOwn: own !== undefined }),
      }
    })
  } finally {
    db.close()
  }
}

function toDatasetRow(domain: Domain, row: Row, decision: Decision): Row {
  const approval = toApproval(decision)
  const isCoded = decision.path !== null && (approval === 'approved' || approval === 'none-needed')
  const path = isCoded ? (JSON.parse(decision.path ?? '[]') as { level: string; code: string; text: string }[]) : []
  const context = JSON.parse(String(row.context)) as Row
  const coded = LEVELS.flatMap(([level, text, code]) => {
    const node = path.find((step) => step.level === level)
    return [
      [domain + text, node?.text ?? null],
      [domain + code, node === undefined ? null : Number(node.code)],
    ]
  })
  return {
    STUDYID: 'AUR-101',
    DOMAIN: domain,
    USUBJID: row.usubjid,
    SUBJID: row.subject,
    SITEID: row.site,
    [`${domain}SEQ`]: row.n,
    [`${domain}TERM`]: row.verbatim,
    [`${domain}MODIFY`]: null,
    ...Object.fromEntries(coded),
    ...Object.fromEntries(MAPPED[domain].map((name) => [name, context[name] ?? null])),
  }
}

function toCodingRow(domain: Domain, row: Row, { decision, isOwn }: { decision: Decision; isOwn: boolean }): Row {
  return {
    STUDYID: 'AUR-101',
    USUBJID: row.usubjid,
    [`${domain}SEQ`]: row.n,
    RECORD_KEY: row.id,
    KEY: row.key,
    PART: row.part,
    DECISION: decision.id,
    TARGET: isOwn ? 'occurrence' : 'group',
    OUTCOME: decision.outcome,
    STEP: decision.step,
    CONFIDENCE: decision.confidence,
    APPROVAL: toApproval(decision),
    CODER: decision.actor,
    CODED_AT: decision.at,
    APPROVER: decision.approver,
    APPROVED_AT: decision.approved_at,
    REASON: decision.reason ?? (JSON.parse(decision.explanation) as { reason?: string }).reason ?? null,
    DICTIONARY: 'OpenAE',
    DICTIONARY_VERSION: '0.1',
  }
}

function toApproval({ verdict, waits }: Decision): string {
  return verdict ?? (waits === 1 ? 'pending' : 'none-needed')
}
