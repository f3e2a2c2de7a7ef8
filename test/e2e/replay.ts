/**
 * A study lived through by chance, the same for the same seed: transfers in which reports are new, changed, gone, back,
 * twice, in another order and in other dialects; people who decide in between; runs that break off anywhere. After every
 * run the dataset is held against a model in memory that was told the same.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Papa from 'papaparse'
import {
  type ActReport,
  codeTerm,
  diffStudy,
  exportStudy,
  findTarget,
  judgeTerm,
  listOccurrences,
  listTransfers,
  openCodingKits,
  openStudy,
  openStudyStore,
  readCurrentRun,
  runStudy,
  type Study,
  undoDecision,
  verifyStudy,
  withApprovedEntries,
} from '../../pipeline/index.ts'
import { toRandom } from '../generators/random.ts'
import { Model, type Report, type SourceFile, toKey, toLine } from './replay-model.ts'

/** What a sequence went through. */
export interface Lived {
  readonly transfers: number
  readonly refused: number
  readonly crashes: number
  readonly decisions: number
  readonly rows: number
}

const TERMS = ['Headache', 'Nausea', 'Rash', 'Fever', 'Cough', 'Chills', 'Dizziness', 'Fatigue']
/** No rule codes these; some would hurt a careless reader or writer. */
const PUZZLES = [
  'qwxa vrtb',
  'QWXA  vrtb',
  'zzkp',
  '=1+1 zzkp',
  'zz "kp", bnm',
  'line\nbreak zzkp',
  'übel qwx',
  ' zzkp ',
]
const VERBATIMS = [...TERMS, ...TERMS.map((term) => term.toUpperCase()), ...PUZZLES]
const SUBJECTS = ['101', '102', '103']
const SEVERITIES = ['MILD', 'SEVERE']
const DIALECTS = [
  { delimiter: ',', newline: '\n', encoding: 'utf8', mark: '' },
  { delimiter: ';', newline: '\r\n', encoding: 'utf8', mark: '\ufeff' },
  { delimiter: '\t', newline: '\n', encoding: 'utf16le', mark: '\ufeff' },
] as const

/**
 * Lives through one sequence.
 * @throws AssertionError with the seed in its message where the store holds something else than the model
 */
export async function replay(seed: number): Promise<Lived> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'aecoder-replay-')))
  try {
    return await new Life(folder, seed).live()
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Store = Awaited<ReturnType<typeof openStudyStore>>
type Kits = Awaited<ReturnType<typeof openCodingKits>>

/** What was exported at one time. */
interface Export {
  readonly folder: string
  readonly files: readonly SourceFile[]
  readonly asOf: string
}

class Life {
  readonly #folder: string
  readonly #chance: () => number
  readonly #waits: boolean
  readonly #sources: readonly { readonly id: string; readonly kind: SourceFile['kind'] }[]
  readonly #model: Model
  /** What the sites have entered by now, by source and key. */
  readonly #entered = new Map<string, Map<string, Report>>()
  /** Reports that sites have deleted: they may come back. */
  readonly #deleted = new Map<string, Report>()
  readonly #decided: string[] = []
  #kits: Kits | undefined
  #seconds = 0
  #transfers = 0
  #last: Export | undefined
  #lived = { transfers: 0, refused: 0, crashes: 0, decisions: 0 }

  constructor(folder: string, seed: number) {
    this.#folder = folder
    this.#chance = toRandom(seed)
    this.#waits = this.#chance() < 0.5
    const kind = () => (this.#chance() < 0.65 ? 'snapshot' : 'delta')
    this.#sources = [
      { id: 'diary', kind: kind() },
      { id: 'site', kind: kind() },
    ]
    this.#model = new Model(new Set(TERMS.map((term) => term.toLowerCase())), { waits: this.#waits })
    for (const { id } of this.#sources) this.#entered.set(id, new Map())
  }

  async live(): Promise<Lived> {
    const study = await this.#open()
    const steps = 5 + Math.floor(this.#chance() * 8)
    for (let step = 0; step < steps; step++) {
      if (step === 0 || this.#chance() < 0.55) await this.#transfer(study)
      else await this.#work(study, 1 + Math.floor(this.#chance() * 3))
    }
    if (this.#last !== undefined) await this.#runUntilItEnds(study, this.#last)
    const exported = exportStudy(study, { actor: DANA, ambience: this.#toAmbience(), ...this.#opened() })
    if (this.#lived.transfers > 0) {
      await exported
      await this.#compare(study, 'at the end')
    } else await assert.rejects(exported, { code: 'NO_INPUT' }, 'where every transfer was refused')
    await this.#withStore(study, async (store) => {
      const { faults } = await verifyStudy(study, store)
      assert.deepEqual(faults, [], 'verify')
      const rows = await store.db.selectFrom('decision').select('id').where('actor_kind', '=', 'person').execute()
      assert.deepEqual(rows.map(({ id }) => id).sort(), [...this.#decided].sort(), 'decisions of people')
    })
    return { ...this.#lived, rows: this.#model.listPresent().length }
  }

  async #open(): Promise<Study> {
    const map = { subject: 'SUBJID', AETERM: 'AETERM', AESEV: 'AESEV' }
    const config = {
      study: { protocol: 'RPL-001', environment: 'test' },
      dictionary: { name: 'Ours', version: '1', path: 'terms.csv', layout: 'code-list' },
      precision: 'exact-only',
      approval: this.#waits ? 'manual' : 'none',
      guard: { withdrawn: 1, rekeyed: 1 },
      sources: this.#sources.map(({ id, kind }) => ({
        id,
        domain: 'AE',
        files: [`${id}.csv`],
        key: ['NO'],
        transfer: kind,
        map,
      })),
    }
    const terms = TERMS.map((term, index) => `T${index + 1},${term}`)
    await writeFile(join(this.#folder, 'terms.csv'), `code,term\n${terms.join('\n')}\n`)
    await writeFile(join(this.#folder, 'study.json'), JSON.stringify(config))
    const study = await openStudy(this.#folder)
    this.#kits = await openCodingKits(study)
    return study
  }

  /** A transfer comes, or the last one again; about one in two breaks off, and is then tried again or left. */
  async #transfer(study: Study): Promise<void> {
    if (this.#last === undefined || this.#chance() < 0.85) this.#last = await this.#write()
    const transfer = this.#last
    if (this.#chance() < 0.15) await diffStudy(study, { ...this.#toRun(transfer), ambience: this.#toAmbience() })
    while (this.#chance() < 0.45) {
      await this.#breakOff(study, transfer)
      if (this.#chance() < 0.3) return await this.#work(study, 1)
    }
    await this.#runUntilItEnds(study, transfer)
  }

  async #runUntilItEnds(study: Study, transfer: Export): Promise<void> {
    const conflicts = this.#model.countConflicts(transfer.files)
    const before = await this.#countCommitted(study)
    const isRepeat = before.folder === transfer.folder
    const isAccepted = conflicts === 0 || isRepeat || this.#chance() < 0.5
    const report = await runStudy(study, {
      ...this.#toRun(transfer, { isAccepted: isAccepted && conflicts > 0 }),
      ambience: this.#toAmbience(),
    })
    assert.equal(report.status === 'incomplete', !isAccepted, `status ${report.status} with ${conflicts} conflicts`)
    assert.equal(report.transfer.isRepeat, isRepeat, 'whether the transfer is known')
    for (const file of report.transfer.files)
      assert.equal(file.read, file.accepted + file.duplicate + file.superseded + file.skipped + file.rejected)
    if (!isAccepted) {
      this.#lived.refused++
      // Nobody mends this export: the next one holds what the sites say.
      this.#last = undefined
      this.#model.code()
      return
    }
    if (!isRepeat) {
      this.#model.take(transfer.files)
      this.#lived.transfers++
    }
    this.#model.code()
    await this.#compare(study, `after the transfer of ${transfer.asOf}`)
  }

  /** A run that ends at some event, or at some place of its way, and from there on can write no more events, as if killed. */
  async #breakOff(study: Study, transfer: Export): Promise<void> {
    const before = await this.#countCommitted(study)
    const isAtEvent = this.#chance() < 0.6
    // The first events matter most: from the second one on the transfer is committed.
    let left = Math.floor(this.#chance() ** 2 * (isAtEvent ? 6 : 5))
    const countDown = () => {
      left--
      if (left < 0) throw new Error('broken off')
    }
    const steady = this.#toAmbience()
    const ambience = {
      now: () => {
        if (isAtEvent) countDown()
        else if (left < 0) throw new Error('broken off')
        return steady.now()
      },
      salt: steady.salt,
    }
    try {
      const report = await runStudy(study, {
        ...this.#toRun(transfer),
        ambience,
        onProgress: () => (isAtEvent ? undefined : countDown()),
      })
      if (report.status === 'incomplete') return
    } catch (error) {
      if (!/broken off/.test(String(error))) throw error
      this.#lived.crashes++
    }
    const after = await this.#countCommitted(study)
    if (after.count === before.count) return
    this.#model.take(transfer.files)
    this.#model.code(await this.#listCodedByMachine(study))
    this.#lived.transfers++
  }

  /** How far a run came that broke off cannot be known but from the store: a code that it gave is what an undo goes back to. */
  async #listCodedByMachine(study: Study): Promise<Set<string>> {
    return await this.#withStore(study, async ({ db }) => {
      const rows = await db
        .selectFrom('decision')
        .innerJoin('term_group', (join) =>
          join.onRef('term_group.study', '=', 'decision.study').onRef('term_group.no', '=', 'decision.group_no'),
        )
        .select('term_group.folded')
        .where('decision.step', '=', 'exact')
        .execute()
      return new Set(rows.map(({ folded }) => folded))
    })
  }

  /** People code terms and single reports, approve, reject and take back. */
  async #work(study: Study, acts: number): Promise<void> {
    await this.#withStore(study, async (store) => {
      const kits = await withApprovedEntries(study, { kits: this.#kits ?? (await openCodingKits(study)), store })
      for (let act = 0; act < acts; act++) await this.#act({ study, store, kits })
    })
  }

  async #act(at: { study: Study; store: Store; kits: Kits }): Promise<void> {
    const report = this.#pick(this.#model.listPresent())
    if (report === undefined) return
    const { store, study } = at
    const group = await findTarget(store, study, { name: report.term })
    assert.equal(group.kind, 'group')
    const lot = this.#chance()
    const entry = this.#model.findGroup(report.term)
    if (lot < 0.4) {
      const term = this.#pickOther(entry?.code)
      this.#keep(await codeTerm(study, { ...at, target: group, codes: [{ term }], ...this.#by('Ann') }))
      this.#model.codeGroup(report.term, term)
    } else if (lot < 0.6) {
      const target = await this.#findOccurrence(at, report)
      const term = this.#pickOther(this.#model.findOwn(report)?.code)
      this.#keep(await codeTerm(study, { ...at, target, codes: [{ term }], ...this.#by('Ann') }))
      this.#model.codeOwn(report, term)
    } else if (lot < 0.7) {
      if (entry?.by !== 'person') return
      this.#keep(await undoDecision(study, { ...at, target: group, ...this.#by('Ann') }))
      this.#model.undoGroup(report.term)
    } else {
      const kind = this.#chance() < 0.7 ? 'approved' : 'rejected'
      const own = this.#model.findOwn(report)
      if (own?.verdict === 'pending' && own.basedOn === report.term) {
        const target = await this.#findOccurrence(at, report)
        await judgeTerm(study, { store, target, kind, ...this.#by('Ben') })
        this.#model.judgeOwn(report, kind)
      } else if (entry?.verdict === 'pending') {
        await judgeTerm(study, { store, target: group, kind, ...this.#by('Ben') })
        this.#model.judgeGroup(report.term, kind)
      }
    }
  }

  async #findOccurrence({ study, store }: { study: Study; store: Store }, report: Report) {
    const group = await findTarget(store, study, { name: report.term })
    if (group.kind !== 'group') throw new Error('a verbatim names a group')
    const all = await listOccurrences(store, study.id, { group: group.group, limit: 1000 })
    const occurrence = all.find(({ key }) => {
      const { subject, record } = JSON.parse(key) as { subject: string; record: { NO: string } }
      return toKey(report) === toKey({ subject, record: record.NO })
    })
    if (occurrence === undefined) throw new Error(`no occurrence ${toKey(report)} of "${report.term}"`)
    return { kind: 'occurrence', occurrence } as const
  }

  #keep({ decision }: ActReport): void {
    this.#decided.push(decision)
    this.#lived.decisions++
  }

  /** The sites go on entering, and their data are exported. */
  async #write(): Promise<Export> {
    const no = ++this.#transfers
    const asOf = new Date(Date.UTC(2026, 0, no)).toISOString().slice(0, 10)
    const folder = join(this.#folder, `transfer-${no}`)
    await mkdir(folder)
    const files: SourceFile[] = []
    for (const source of this.#sources) {
      const changed = this.#enter(source.id)
      const all = [...(this.#entered.get(source.id)?.values() ?? [])]
      const rows =
        source.kind === 'snapshot' ? all : all.filter((row) => changed.has(toKey(row)) || this.#chance() < 0.2)
      const shuffled = this.#shuffle(rows)
      for (const row of rows) {
        if (this.#chance() < 0.08) shuffled.splice(Math.floor(this.#chance() * (shuffled.length + 1)), 0, row)
        if (this.#chance() < 0.01) shuffled.push({ ...row, term: this.#pick(VERBATIMS) ?? '' })
      }
      files.push({ source: source.id, kind: source.kind, rows: shuffled })
      await writeFile(join(folder, `${source.id}.csv`), this.#toText(shuffled))
    }
    return { folder, files, asOf }
  }

  /** @returns the keys of what was entered anew or changed */
  #enter(source: string): Set<string> {
    const entered = this.#entered.get(source) ?? new Map<string, Report>()
    const changed = new Set<string>()
    const put = (report: Report) => {
      entered.set(toKey(report), report)
      changed.add(toKey(report))
    }
    const term = () => this.#pick(VERBATIMS) ?? ''
    const severity = () => this.#pick(SEVERITIES) ?? ''
    for (const report of entered.values()) {
      const lot = this.#chance()
      if (lot < 0.12) put({ ...report, term: term() })
      else if (lot < 0.2) put({ ...report, severity: severity() })
      else if (lot < 0.32) {
        entered.delete(toKey(report))
        this.#deleted.set(`${source} ${toKey(report)}`, report)
      }
    }
    for (const [name, report] of this.#deleted) {
      if (!name.startsWith(`${source} `) || this.#chance() > 0.3) continue
      this.#deleted.delete(name)
      put(this.#chance() < 0.5 ? report : { ...report, term: term() })
    }
    // Another source states a report from now on, as it was or otherwise.
    for (const [other, reports] of this.#entered)
      for (const [key, report] of reports) {
        if (other === source || this.#chance() > 0.08) continue
        reports.delete(key)
        put(this.#chance() < 0.7 ? report : { ...report, term: term() })
      }
    for (const subject of SUBJECTS)
      while (this.#chance() < 0.45) {
        const record = String((source === 'site' ? 10 : 20) + 1 + Math.floor(this.#chance() * 6))
        const key = toKey({ subject, record })
        const isElsewhere = [...this.#entered].some(([other, reports]) => other !== source && reports.has(key))
        // Two sources with one key contradict each other: that happens seldom.
        if (!entered.has(key) && !(isElsewhere && this.#chance() < 0.97))
          put({ subject, record, term: term(), severity: severity() })
      }
    return changed
  }

  #toText(rows: readonly Report[]): Buffer {
    const { delimiter, newline, encoding, mark } = this.#pick(DIALECTS) ?? DIALECTS[0]
    const table = [
      ['SUBJID', 'NO', 'AETERM', 'AESEV'],
      ...rows.map((row) => [row.subject, row.record, row.term, row.severity]),
    ]
    const text = Papa.unparse(table, { delimiter, newline, quotes: rows.length % 2 === 0 })
    return Buffer.from(`${mark}${text}${newline}`, encoding)
  }

  async #compare(study: Study, when: string): Promise<void> {
    const current = await readCurrentRun(study)
    assert.equal(current.state, 'whole', when)
    if (current.state !== 'whole') return
    const text = await readFile(join(study.paths.output, 'runs', current.manifest.runId, 'ae.csv'), 'utf8')
    const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true })
    const lines = data.map((row) =>
      toLine({
        subject: row.SUBJID ?? '',
        record: '',
        n: Number(row.AESEQ),
        term: row.AETERM ?? '',
        severity: row.AESEV ?? '',
        code: row.AEDECOD || 'none',
      }),
    )
    assert.deepEqual(lines, this.#model.toLines(), when)
  }

  async #countCommitted(study: Study): Promise<{ count: number; folder: string | undefined }> {
    return this.#withStore(study, async (store) => {
      const committed = (await listTransfers(store, study.id)).filter(({ state }) => state === 'committed')
      const input = committed.at(-1)?.input
      return { count: committed.length, folder: input === undefined ? undefined : join(this.#folder, input) }
    })
  }

  async #withStore<T>(study: Study, act: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStudyStore(study, this.#toAmbience())
    try {
      return await act(store)
    } finally {
      await store.close()
    }
  }

  #toRun({ folder, asOf }: Export, { isAccepted = false } = {}) {
    const accept = isAccepted ? (['conflicting-key'] as const) : []
    return { input: folder, asOf, actor: DANA, accept, ...this.#opened() }
  }

  #opened(): { kits?: Kits } {
    return this.#kits === undefined ? {} : { kits: this.#kits }
  }

  #toAmbience() {
    return {
      now: () => new Date(Date.UTC(2026, 5, 1, 8, 0, this.#seconds++)).toISOString(),
      salt: () => String(this.#seconds++).padStart(32, '0'),
    }
  }

  #by(name: string) {
    return { actor: { ...DANA, name }, reason: `by chance, ${name}` }
  }

  #pickOther(code: string | null | undefined): string {
    return this.#pick(TERMS.filter((term) => term.toLowerCase() !== code?.toLowerCase())) ?? ''
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#chance() * list.length)]
  }

  #shuffle<T>(list: readonly T[]): T[] {
    const shuffled: T[] = []
    for (const item of list) shuffled.splice(Math.floor(this.#chance() * (shuffled.length + 1)), 0, item)
    return shuffled
  }
}

const DANA = { name: 'Dana', kind: 'person', auth: 'asserted' } as const
