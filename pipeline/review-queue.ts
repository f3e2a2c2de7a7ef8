/**
 * The queue that people work on: every term group of a study as a line, kept in memory in the orders people ask for, and
 * brought up to date from the store whenever its chain has grown, whoever wrote to it. 100,000 lines are narrowed in a
 * few milliseconds, which no query over the append-only tables could do for fifty people at once.
 */
import { foldVerbatim } from '../dictionaries/text/fold.ts'
import type { Facets, QueueFilter, QueueQuery, QueueSort, QueueView, TermRow, TermState } from '../schemas/api/terms.ts'
import { TERM_STATES } from '../schemas/api/terms.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import { toApproval, toCodingFacet } from './review/rules.ts'
import { findHead } from './store/chain.ts'
import {
  countApart,
  countSiteQueriesByGroup,
  type GroupLine,
  type GroupSpread,
  listChangedGroups,
  readLines,
  readLinesOf,
  readSpread,
} from './store/queue-lines.ts'
import type { Store } from './store/store.ts'

const BATCH_GROUPS = 5000
/** Groups that changed at once, e.g. in a run: beyond it everything is read anew. */
const CHANGED_AT_MOST = 5000
const LIMIT = 100

/** A line with all that filters and orders look at. */
export interface Line extends GroupLine {
  readonly spread: GroupSpread
  readonly asked: number
  readonly answered: number
  readonly apart: number
  readonly state: TermState
}

/** Part of the queue, as `list` gives it. */
export interface QueuePage {
  readonly total: number
  readonly offset: number
  readonly rows: readonly TermRow[]
  readonly next: string | null
  readonly seq: number
}

const NO_SPREAD: GroupSpread = { subjects: 0, sites: [], forms: [] }

export class ReviewQueue {
  readonly #store: Store
  readonly #study: string
  #seq = -1
  #lines: readonly Line[] = []
  #byId = new Map<string, Line>()
  #orders = new Map<QueueSort, readonly string[]>()
  #refreshing: Promise<void> | undefined
  /** Filtered ids of this state of the queue: whoever scrolls asks for the same list again and again. */
  #found = new Map<string, readonly string[]>()
  #words: ReadonlyMap<string, readonly string[]> | undefined

  constructor(store: Store, study: string) {
    this.#store = store
    this.#study = study
  }

  /** Brings the queue up to the chain's head. People who ask at once share one reading. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#catchUp().finally(() => {
      this.#refreshing = undefined
    })
    await this.#refreshing
  }

  /** The lines that a filter leaves, from an offset or behind a cursor. */
  async list(query: QueueQuery): Promise<QueuePage> {
    await this.refresh()
    const { sort = 'impact', limit = LIMIT, cursor } = query
    const ids = this.#find(query, sort)
    const offset = cursor === undefined ? (query.offset ?? 0) : this.#findBehind(cursor, { ids, sort })
    const shown = ids.slice(offset, offset + limit)
    const last = shown.at(-1)
    return {
      total: ids.length,
      offset,
      rows: shown.flatMap((id) => {
        const line = this.#byId.get(id)
        return line ? [toRow(line)] : []
      }),
      next: last === undefined || offset + shown.length >= ids.length ? null : `${sort}.${last}`,
      seq: this.#seq,
    }
  }

  /** One line; undefined where the study has no such term. */
  async find(id: string): Promise<TermRow | undefined> {
    await this.refresh()
    const line = this.#byId.get(id)
    return line && toRow(line)
  }

  /** For each value of each filter, how many terms it would leave with the other filters as they are. */
  async count(filter: QueueFilter): Promise<Facets> {
    await this.refresh()
    const { view = 'todo', ...only } = filter
    const tests = toTests({ view, ...only })
    const names = ['view', 'domain', 'dictionary', 'site', 'form', 'outcome', 'serious'] as const
    const counts = Object.fromEntries(names.map((name) => [name, new Map<string, number>()])) as {
      [name in (typeof names)[number]]: Map<string, number>
    }
    const add = (name: (typeof names)[number], values: readonly string[]) => {
      for (const value of values) counts[name].set(value, (counts[name].get(value) ?? 0) + 1)
    }
    for (const line of this.#lines) {
      // A line counts for a filter's values if no other filter leaves it out.
      let failed: string | undefined
      let failures = 0
      for (const [name, test] of tests) {
        if (test(line)) continue
        failed = name
        if (++failures > 1) break
      }
      if (failures > 1) continue
      for (const name of names) if (failures === 0 || failed === name) add(name, VALUES[name](line))
    }
    const list = (name: (typeof names)[number]) =>
      [...counts[name]]
        .map(([value, terms]) => ({ value, terms }))
        .sort((a, b) => b.terms - a.terms || compareCodeUnits(a.value, b.value))
    return {
      views: list('view'),
      domains: list('domain'),
      dictionaries: list('dictionary'),
      sites: list('site'),
      forms: list('form'),
      outcomes: list('outcome'),
      serious: list('serious'),
    }
  }

  /**
   * Coded terms with words of a term, those that share the most (by share of all their words) first; those with the very
   * same words, in another domain or dictionary, before all.
   */
  async listLike(id: string, { limit }: { limit: number }): Promise<{ row: TermRow; isSame: boolean }[]> {
    await this.refresh()
    const line = this.#byId.get(id)
    if (line === undefined) return []
    const words = toWords(line.folded)
    const shared = new Map<string, number>()
    for (const word of words) {
      const holders = this.#listWith(word)
      // A word of a fifth of all terms tells nothing.
      if (holders.length > Math.max(LIKE_AT_MOST, this.#lines.length / 5)) continue
      for (const holder of holders) shared.set(holder, (shared.get(holder) ?? 0) + 1)
    }
    const found: { line: Line; likeness: number }[] = []
    for (const [other, count] of shared) {
      const like = this.#byId.get(other)
      if (like === undefined || other === id || like.occurrences === 0 || !(like.decision?.codes.length ?? 0)) continue
      found.push({ line: like, likeness: count / (words.size + toWords(like.folded).size - count) })
    }
    found.sort((a, b) => b.likeness - a.likeness || ORDERS.impact(a.line, b.line))
    return found.slice(0, limit).map(({ line: like }) => ({ row: toRow(like), isSame: like.folded === line.folded }))
  }

  /** All lines with a present occurrence, for whoever counts them. */
  async listLines(): Promise<readonly Line[]> {
    await this.refresh()
    return this.#lines.filter(({ occurrences }) => occurrences > 0)
  }

  /** The terms that hold a word. The index is made when it is first asked for, and anew when terms came. */
  #listWith(word: string): readonly string[] {
    if (this.#words === undefined) {
      const words = new Map<string, string[]>()
      for (const { id, folded } of this.#lines)
        for (const each of toWords(folded)) {
          const holders = words.get(each)
          if (holders === undefined) words.set(each, [id])
          else holders.push(id)
        }
      this.#words = words
    }
    return this.#words.get(word) ?? []
  }

  async #catchUp(): Promise<void> {
    const { seq } = await findHead(this.#store.db, this.#study)
    if (seq === this.#seq) return
    const changed =
      this.#seq === -1
        ? { isAll: true, nos: [] }
        : await listChangedGroups(this.#store, this.#study, { sinceSeq: this.#seq })
    if (changed.isAll || changed.nos.length > CHANGED_AT_MOST) await this.#readAll()
    else if (changed.nos.length > 0) await this.#readChanged(changed.nos)
    this.#seq = seq
  }

  async #readAll(): Promise<void> {
    const extras = await this.#readExtras()
    const lines: Line[] = []
    for (let after = 0; ; ) {
      const batch = await readLines(this.#store, this.#study, { after, limit: BATCH_GROUPS })
      const last = batch.at(-1)
      if (last === undefined) break
      const spread = await readSpread(this.#store, this.#study, { from: after, to: last.no })
      after = last.no
      for (const group of batch) lines.push(toLine(group, { ...extras, spread: spread.get(group.mainNo) }))
    }
    // Groups beside a main one share its occurrences, wherever that stands.
    const spreads = new Map(lines.filter(({ no, mainNo }) => no === mainNo).map(({ no, spread }) => [no, spread]))
    this.#take(
      lines.map((line) =>
        line.no === line.mainNo ? line : { ...line, spread: spreads.get(line.mainNo) ?? NO_SPREAD },
      ),
    )
  }

  async #readChanged(nos: readonly number[]): Promise<void> {
    const extras = await this.#readExtras()
    // A site query or a decision of its own belongs to the main group's occurrences: groups beside it change as well.
    const mains = new Set(nos)
    const all = this.#lines.filter(({ no, mainNo }) => mains.has(no) || mains.has(mainNo)).map(({ no }) => no)
    const fresh = new Map(
      (await readLinesOf(this.#store, this.#study, [...new Set([...nos, ...all])])).map((group) => [group.id, group]),
    )
    let isNew = false
    for (const [id, group] of fresh) {
      const before = this.#byId.get(id)
      isNew ||= before === undefined
      this.#byId.set(id, toLine(group, { ...extras, spread: before?.spread }))
    }
    if (isNew) return await this.#readAll()
    this.#lines = this.#lines.map((line) => (fresh.has(line.id) ? (this.#byId.get(line.id) ?? line) : line))
    this.#orders.delete('confidence')
    this.#found.clear()
  }

  async #readExtras() {
    return {
      apart: await countApart(this.#store, this.#study),
      siteQueries: await countSiteQueriesByGroup(this.#store, this.#study),
    }
  }

  #take(lines: readonly Line[]): void {
    this.#lines = lines
    this.#byId = new Map(lines.map((line) => [line.id, line]))
    this.#orders.clear()
    this.#found.clear()
    this.#words = undefined
  }

  #find(filter: QueueFilter, sort: QueueSort): readonly string[] {
    const { view = 'todo', domain, dictionary, site, form, outcome, serious, text } = filter
    const name = JSON.stringify([sort, view, domain, dictionary, site, form, outcome, serious, text])
    const before = this.#found.get(name)
    if (before !== undefined) return before
    const tests = toTests({ ...filter, view }).map(([, test]) => test)
    const found = this.#orderBy(sort).filter((id) => {
      const line = this.#byId.get(id)
      return line !== undefined && tests.every((test) => test(line))
    })
    if (this.#found.size > FOUND_KEPT) this.#found.clear()
    this.#found.set(name, found)
    return found
  }

  #orderBy(sort: QueueSort): readonly string[] {
    const before = this.#orders.get(sort)
    if (before !== undefined) return before
    const order = [...this.#lines].sort(ORDERS[sort]).map(({ id }) => id)
    this.#orders.set(sort, order)
    return order
  }

  /** Where a list goes on behind the line of a cursor, whether or not the filter still leaves that line in. */
  #findBehind(cursor: string, { ids, sort }: { ids: readonly string[]; sort: QueueSort }): number {
    const [of, id = ''] = cursor.split('.')
    const last = this.#byId.get(id)
    if (of !== sort || last === undefined)
      throw new AecoderError('USAGE', {
        where: 'cursor',
        found: 'not a cursor of this list',
        expected: 'the "next" of an earlier answer with the same sort',
        action: 'Begin the list anew, without a cursor',
      })
    const compare = ORDERS[sort]
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      const line = this.#byId.get(ids[middle] ?? '')
      if (line !== undefined && compare(line, last) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

const FOUND_KEPT = 200
const LIKE_AT_MOST = 2000

/** The words of a folded text that are long enough to tell something. */
function toWords(folded: string): ReadonlySet<string> {
  return new Set(folded.match(/[\p{L}\p{N}]{3,}/gu) ?? [])
}

type Test = readonly [name: string, test: (line: Line) => boolean]

/** What a filter asks of a line; lines without a present occurrence pass none. */
function toTests({ view, domain, dictionary, site, form, outcome, serious, text }: QueueFilter): Test[] {
  const tests: Test[] = [
    ['present', ({ occurrences }) => occurrences > 0],
    ['view', (line) => view === undefined || isInView(line, view)],
  ]
  if (domain !== undefined) tests.push(['domain', (line) => line.domain === domain])
  if (dictionary !== undefined) tests.push(['dictionary', (line) => line.terminology === dictionary])
  if (site !== undefined) tests.push(['site', (line) => line.spread.sites.includes(site)])
  if (form !== undefined) tests.push(['form', (line) => line.spread.forms.includes(form)])
  if (outcome !== undefined) tests.push(['outcome', (line) => line.decision?.outcome === outcome])
  if (serious !== undefined) tests.push(['serious', (line) => line.serious > 0 === serious])
  const words = foldVerbatim(text ?? '')
  if (words !== '') tests.push(['text', (line) => line.folded.includes(words)])
  return tests
}

function isInView(line: Line, view: QueueView): boolean {
  if (view === 'any') return true
  if (view !== 'todo') return line.state === view
  return line.state === 'open' || line.state === 'answered' || line.state === 'rejected' || line.apart > 0
}

const VALUES: { readonly [name: string]: (line: Line) => readonly string[] } & {
  readonly [name in 'view' | 'domain' | 'dictionary' | 'site' | 'form' | 'outcome' | 'serious']: (
    line: Line,
  ) => readonly string[]
} = {
  view: (line) => [
    ...TERM_STATES.filter((state) => line.state === state),
    ...(isInView(line, 'todo') ? ['todo'] : []),
    'any',
  ],
  domain: (line) => [line.domain],
  dictionary: (line) => [line.terminology],
  site: (line) => line.spread.sites,
  form: (line) => line.spread.forms,
  outcome: (line) => (line.decision === null ? [] : [line.decision.outcome]),
  serious: (line) => [String(line.serious > 0)],
}

type Order = (a: Line, b: Line) => number
// The text, then the id end every order, so that it is the same each time.
const byText: Order = (a, b) => compareCodeUnits(a.folded, b.folded) || compareCodeUnits(a.id, b.id)
const ORDERS: { readonly [sort in QueueSort]: Order } = {
  // What a wrong code would matter most for: groups with a serious event, then the frequent ones.
  impact: (a, b) => Number(b.serious > 0) - Number(a.serious > 0) || b.occurrences - a.occurrences || byText(a, b),
  age: (a, b) => compareCodeUnits(a.since, b.since) || byText(a, b),
  text: byText,
  confidence: (a, b) => (b.decision?.top?.confidence ?? 0) - (a.decision?.top?.confidence ?? 0) || byText(a, b),
}

function toLine(
  group: GroupLine,
  {
    spread = NO_SPREAD,
    apart,
    siteQueries,
  }: {
    spread: GroupSpread | undefined
    apart: ReadonlyMap<string, number>
    siteQueries: ReadonlyMap<number, { readonly open: number; readonly answered: number }>
  },
): Line {
  const { open = 0, answered = 0 } = siteQueries.get(group.mainNo) ?? {}
  const own = apart.get(`${group.mainNo} ${group.no === group.mainNo ? '' : group.terminology}`) ?? 0
  return { ...group, spread, asked: open, answered, apart: own, state: toState(group, { open, answered }) }
}

function toState({ decision }: GroupLine, { open, answered }: { open: number; answered: number }): TermState {
  const approval = decision === null ? 'none-needed' : toApproval(decision.waits, decision.verdict)
  const hasCoding = decision !== null && decision.codes.length > 0
  const coding = toCodingFacet(decision === null ? undefined : { hasCoding, approval, outcome: decision.outcome })
  if (coding !== 'open') return approval === 'pending' ? 'to-approve' : coding
  if (approval === 'rejected') return 'rejected'
  return answered > 0 ? 'answered' : open > 0 ? 'asked' : 'open'
}

function toRow({ spread, decision, terminology, ...line }: Line): TermRow {
  const { id, domain, verbatim, state, occurrences, serious, since, asked, answered, apart } = line
  return {
    id,
    domain,
    dictionary: terminology,
    verbatim,
    state,
    occurrences,
    serious,
    subjects: spread.subjects,
    sites: spread.sites.length,
    since,
    outcome: decision?.outcome ?? null,
    reason: decision?.reason ?? 'Not looked at yet',
    top: decision?.top ?? null,
    codes: decision?.codes.map((code) => ({ ...code })) ?? [],
    by: decision?.by ?? null,
    at: decision?.at ?? null,
    decision: decision?.id ?? null,
    asked,
    answered,
    apart,
  }
}
