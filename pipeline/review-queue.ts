/**
 * The queue that people work on: every term group of a study as a line, kept in memory in the orders people ask for, and
 * brought up to date from the store whenever its chain has grown, whoever wrote to it. 100,000 lines are narrowed in a
 * few milliseconds, which no query over the append-only tables could do for fifty people at once.
 */
import { foldVerbatim } from '../dictionaries/text/fold.ts'
import type { Facets, QueueFilter, QueueQuery, QueueSort, QueueView, TermRow, TermState } from '../schemas/api/terms.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { Masks } from './review/redaction.ts'
import { toApproval, toCodingFacet } from './review/rules.ts'
import { findHead } from './store/chain.ts'
import { type FormerlyCoded, listFormerlyCoded } from './store/former-codes.ts'
import {
  countApart,
  type GroupLine,
  type GroupSpread,
  listChangedGroups,
  NO_SPREAD,
  readAllLines,
  readLinesOf,
} from './store/queue-lines.ts'
import { findMasks } from './store/redactions.ts'
import { countSiteQueriesByGroup } from './store/site-query-lists.ts'
import type { Store } from './store/store.ts'

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
  readonly was: TermRow['was']
}

/** Part of the queue, as `list` gives it. */
export interface QueuePage {
  readonly total: number
  readonly offset: number
  readonly rows: readonly TermRow[]
  readonly next: string | null
  readonly seq: number
}

/** Lines by their places in one order: `places` from rank to place, `ranks` the other way. */
interface OrderedPlaces {
  readonly places: Int32Array
  readonly ranks: Int32Array
}

/** What a filter leaves, as ranks of an order, ascending; kept up to date line by line. */
interface Found {
  readonly sort: QueueSort
  readonly tests: readonly Test[]
  readonly ranks: number[]
}

/** The counts of a filter's values; kept up to date line by line. */
interface Counted {
  readonly tests: readonly Test[]
  readonly counts: { readonly [name in FacetName]: Map<string, number> }
}

export class ReviewQueue {
  readonly #store: Store
  readonly #study: string
  #seq = -1
  #lines: Line[] = []
  #placeOf = new Map<string, number>()
  #orders = new Map<QueueSort, OrderedPlaces>()
  #refreshing: Promise<void> | undefined
  /** Lists and counts that were asked for: whoever scrolls asks for the same one again and again. */
  #found = new Map<string, Found>()
  #counted = new Map<string, Counted>()
  #words: WordPlaces | undefined

  constructor(store: Store, study: string) {
    this.#store = store
    this.#study = study
  }

  /**
   * Brings the queue up to the chain's head. People who ask at once share one reading; one that had begun before may not
   * hold what they have just written themselves.
   */
  async refresh(): Promise<void> {
    await this.#refreshing?.catch(() => undefined) // whoever began it is told
    this.#refreshing ??= this.#catchUp().finally(() => {
      this.#refreshing = undefined
    })
    await this.#refreshing
  }

  /** The lines that a filter leaves, from an offset or behind a cursor. */
  async list(query: QueueQuery): Promise<QueuePage> {
    await this.refresh()
    const { sort = 'impact', limit = LIMIT, cursor } = query
    const { ranks } = this.#find(query, sort)
    const { places } = this.#orderBy(sort)
    const offset = cursor === undefined ? (query.offset ?? 0) : this.#findBehind(cursor, { ranks, sort })
    const rows: TermRow[] = []
    for (let index = offset; index < Math.min(offset + limit, ranks.length); index++) {
      const line = this.#lines[places[ranks[index] ?? 0] ?? 0]
      if (line !== undefined) rows.push(toRow(line))
    }
    const last = rows.at(-1)
    return {
      total: ranks.length,
      offset,
      rows,
      next: last === undefined || offset + rows.length >= ranks.length ? null : `${sort}.${last.id}`,
      seq: this.#seq,
    }
  }

  /** One line; undefined where the study has no such term. */
  async find(id: string): Promise<TermRow | undefined> {
    await this.refresh()
    const line = this.#lineOf(id)
    return line && toRow(line)
  }

  /** For each value of each filter, how many terms it would leave with the other filters as they are. */
  async count(filter: QueueFilter): Promise<Facets> {
    await this.refresh()
    const { counts } = this.#countBy(filter)
    const list = (name: FacetName) =>
      [...counts[name]]
        .filter(([, terms]) => terms > 0)
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
    const line = this.#lineOf(id)
    if (line === undefined) return []
    this.#words ??= toWordPlaces(this.#lines)
    const { holders, sizes } = this.#words
    const words = toWords(line.folded)
    const postings = [...words].map((word) => holders.get(word) ?? []).sort((a, b) => a.length - b.length)
    const shared = new Map<number, number>()
    for (const [index, places] of postings.entries()) {
      // The rarest words tell the most; a word of thousands of terms only counts where a rarer one was met.
      const isRare = index === 0 || places.length <= LIKE_AT_MOST
      for (const place of index === 0 ? places.slice(0, LIKE_AT_MOST) : isRare ? places : [])
        shared.set(place, (shared.get(place) ?? 0) + 1)
    }
    const found: { line: Line; likeness: number }[] = []
    for (const [place, count] of shared) {
      const like = this.#lines[place]
      if (like === undefined || like.id === id || like.occurrences === 0 || !(like.decision?.codes.length ?? 0))
        continue
      found.push({ line: like, likeness: count / (words.size + (sizes[place] ?? 0) - count) })
    }
    found.sort((a, b) => b.likeness - a.likeness || ORDERS.impact(a.line, b.line))
    return found.slice(0, limit).map(({ line: like }) => ({ row: toRow(like), isSame: like.folded === line.folded }))
  }

  /** All lines with a present occurrence, for whoever counts them. */
  async listLines(): Promise<readonly Line[]> {
    await this.refresh()
    return this.#lines.filter(({ occurrences }) => occurrences > 0)
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
    const apart = await countApart(this.#store, this.#study, {})
    const siteQueries = await countSiteQueriesByGroup(this.#store, this.#study, {})
    const masks = await findMasks(this.#store, this.#study)
    const all = await readAllLines(this.#store, this.#study)
    const former = await this.#readFormer(all.map(({ line }) => line))
    const lines = all.map(({ line, spread }) => toLine(line, { apart, siteQueries, masks, spread, former }))
    this.#lines = lines
    this.#placeOf = new Map(lines.map(({ id }, place) => [id, place]))
    this.#counted.clear()
    this.#forgetPlaces()
  }

  /** What follows from the lines' texts is made anew when somebody asks for it. */
  #forgetPlaces(): void {
    this.#orders.clear()
    this.#found.clear()
    this.#words = undefined
  }

  async #readChanged(nos: readonly number[]): Promise<void> {
    const groups = await readLinesOf(this.#store, this.#study, nos)
    if (groups.some(({ id }) => !this.#placeOf.has(id))) return await this.#readAll()
    const mainNos = [...new Set(groups.map(({ mainNo }) => mainNo))]
    const apart = await countApart(this.#store, this.#study, { mainNos })
    const siteQueries = await countSiteQueriesByGroup(this.#store, this.#study, { mainNos })
    const masks = await findMasks(this.#store, this.#study)
    let isReworded = false
    const former = await this.#readFormer(groups)
    for (const group of groups) {
      const place = this.#placeOf.get(group.id) ?? -1
      const before = this.#lines[place]
      if (before === undefined) continue
      const after = toLine(group, { apart, siteQueries, masks, former, spread: before.spread })
      this.#replace(place, { before, after })
      isReworded ||= after.folded !== before.folded
    }
    if (isReworded) this.#forgetPlaces() // words were hidden: no order, and no likeness, may tell of them any more
    // Its order follows from decisions; the others' from what only a transfer changes.
    this.#orders.delete('confidence')
    for (const [name, { sort }] of this.#found) if (sort === 'confidence') this.#found.delete(name)
  }

  /** What records of open terms were coded to before, by main group. A term that has a code needs no hint. */
  async #readFormer(groups: readonly GroupLine[]): Promise<Map<number, FormerlyCoded[]>> {
    const open = groups.filter(({ no, mainNo, decision }) => no === mainNo && !decision?.codes.length)
    const found = new Map<number, FormerlyCoded[]>()
    for (let start = 0; start < open.length; start += FORMER_BATCH) {
      const mainNos = open.slice(start, start + FORMER_BATCH).map(({ mainNo }) => mainNo)
      const former = await listFormerlyCoded(this.#store.db, this.#study, { mainNos, limit: FORMER_AT_MOST })
      for (const each of former) found.set(each.mainNo, [...(found.get(each.mainNo) ?? []), each])
    }
    return found
  }

  /** Puts a line in the place of its former self, and into or out of every list and count that is kept. */
  #replace(place: number, { before, after }: { before: Line; after: Line }): void {
    this.#lines[place] = after
    for (const { sort, tests, ranks } of this.#found.values()) {
      const was = tests.every(([, test]) => test(before))
      const is = tests.every(([, test]) => test(after))
      if (was === is) continue
      const rank = this.#orderBy(sort).ranks[place] ?? 0
      const at = findPlace(ranks, rank)
      if (is) ranks.splice(at, 0, rank)
      else if (ranks[at] === rank) ranks.splice(at, 1)
    }
    for (const counted of this.#counted.values()) {
      addTo(counted, before, -1)
      addTo(counted, after, 1)
    }
  }

  #lineOf(id: string): Line | undefined {
    return this.#lines[this.#placeOf.get(id) ?? -1]
  }

  #find(filter: QueueFilter, sort: QueueSort): Found {
    const name = `${sort} ${toName(filter)}`
    const known = this.#found.get(name)
    if (known !== undefined) return known
    const tests = toTests(filter)
    const { places } = this.#orderBy(sort)
    const ranks: number[] = []
    for (const [rank, place] of places.entries()) {
      const line = this.#lines[place]
      if (line !== undefined && tests.every(([, test]) => test(line))) ranks.push(rank)
    }
    const found = { sort, tests, ranks }
    keep(this.#found, name, found)
    return found
  }

  #countBy(filter: QueueFilter): Counted {
    const name = toName(filter)
    const known = this.#counted.get(name)
    if (known !== undefined) return known
    const counts = Object.fromEntries(FACETS.map((facet) => [facet, new Map<string, number>()])) as {
      [name in FacetName]: Map<string, number>
    }
    const counted = { tests: toTests(filter), counts }
    for (const line of this.#lines) addTo(counted, line, 1)
    keep(this.#counted, name, counted)
    return counted
  }

  #orderBy(sort: QueueSort): OrderedPlaces {
    const known = this.#orders.get(sort)
    if (known !== undefined) return known
    const compare = ORDERS[sort]
    const lines = this.#lines
    const sorted = [...lines].sort(compare)
    const places = Int32Array.from(sorted, ({ id }) => this.#placeOf.get(id) ?? 0)
    const ranks = new Int32Array(places.length)
    for (const [rank, place] of places.entries()) ranks[place] = rank
    const order = { places, ranks }
    this.#orders.set(sort, order)
    return order
  }

  /** Where a list goes on behind the line of a cursor, whether or not the filter still leaves that line in. */
  #findBehind(cursor: string, { ranks, sort }: { ranks: readonly number[]; sort: QueueSort }): number {
    const [of, id = ''] = cursor.split('.')
    const place = this.#placeOf.get(id)
    if (of !== sort || place === undefined)
      throw new AecoderError('USAGE', {
        where: 'cursor',
        found: 'not a cursor of this list',
        expected: 'the "next" of an earlier answer with the same sort',
        action: 'Begin the list anew, without a cursor',
      })
    return findPlace(ranks, (this.#orderBy(sort).ranks[place] ?? 0) + 1)
  }
}

const FORMER_BATCH = 500
const FORMER_AT_MOST = 2000
/** Lists and counts that are kept; people at work share a few, searches come and go. */
const KEPT = 100
const LIKE_AT_MOST = 2000

/** Keeps what was asked for last; the oldest makes room. */
function keep<T>(kept: Map<string, T>, name: string, value: T): void {
  const [oldest] = kept.keys()
  if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest)
  kept.set(name, value)
}

/** The first place in ascending numbers whose number is not below one. */
function findPlace(numbers: readonly number[], number: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] ?? 0) < number) low = middle + 1
    else high = middle
  }
  return low
}

function toName({ view = 'todo', domain, dictionary, site, form, outcome, serious, text }: QueueFilter): string {
  return JSON.stringify([view, domain, dictionary, site, form, outcome, serious, text])
}

/** The places of the lines that hold a word, and how many words each line has. */
interface WordPlaces {
  readonly holders: ReadonlyMap<string, readonly number[]>
  readonly sizes: Uint8Array
}

function toWordPlaces(lines: readonly Line[]): WordPlaces {
  const holders = new Map<string, number[]>()
  const sizes = new Uint8Array(lines.length)
  for (const [place, { folded }] of lines.entries()) {
    const words = toWords(folded)
    sizes[place] = Math.min(words.size, 255)
    for (const word of words) {
      const places = holders.get(word)
      if (places === undefined) holders.set(word, [place])
      else places.push(place)
    }
  }
  return { holders, sizes }
}

/** The words of a folded text that are long enough to tell something. */
function toWords(folded: string): ReadonlySet<string> {
  return new Set(folded.match(/[\p{L}\p{N}]{3,}/gu) ?? [])
}

type Test = readonly [name: string, test: (line: Line) => boolean]

/** What a filter asks of a line; lines without a present occurrence pass none. */
function toTests({ view = 'todo', domain, dictionary, site, form, outcome, serious, text }: QueueFilter): Test[] {
  const tests: Test[] = [
    ['present', ({ occurrences }) => occurrences > 0],
    ['view', (line) => isInView(line, view)],
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

const FACETS = ['view', 'domain', 'dictionary', 'site', 'form', 'outcome', 'serious'] as const
type FacetName = (typeof FACETS)[number]

/** The values of each facet that a line counts for. */
const VALUES: { readonly [name in FacetName]: (line: Line) => readonly string[] } = {
  view: (line) => [line.state, ...(isInView(line, 'todo') ? ['todo'] : []), 'any'],
  domain: (line) => [line.domain],
  dictionary: (line) => [line.terminology],
  site: (line) => line.spread.sites,
  form: (line) => line.spread.forms,
  outcome: (line) => (line.decision === null ? [] : [line.decision.outcome]),
  serious: (line) => [String(line.serious > 0)],
}

/** Counts a line in or out: it counts for a facet's values if no other filter than that facet's own leaves it out. */
function addTo({ tests, counts }: Counted, line: Line, by: 1 | -1): void {
  let failed: string | undefined
  for (const [name, test] of tests) {
    if (test(line)) continue
    if (failed !== undefined) return
    failed = name
  }
  for (const name of FACETS) {
    if (failed !== undefined && failed !== name) continue
    for (const value of VALUES[name](line)) counts[name].set(value, (counts[name].get(value) ?? 0) + by)
  }
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
    masks,
    former,
  }: {
    spread: GroupSpread | undefined
    apart: ReadonlyMap<string, number>
    siteQueries: ReadonlyMap<number, { readonly open: number; readonly answered: number }>
    masks: Masks
    former: ReadonlyMap<number, readonly FormerlyCoded[]>
  },
): Line {
  const { open = 0, answered = 0 } = siteQueries.get(group.no) ?? {}
  const own = apart.get(`${group.mainNo} ${group.no === group.mainNo ? '' : group.terminology}`) ?? 0
  // Hidden words are not even searched for.
  const shown = masks.toShownAbout(group, group.folded)
  const was = group.no === group.mainNo ? toWas(former.get(group.mainNo), masks) : null
  return { ...shown, spread, asked: open, answered, apart: own, state: toState(group, { open, answered }), was }
}

/** The first record's former term and code stand for all. */
function toWas(former: readonly FormerlyCoded[] | undefined, masks: Masks): TermRow['was'] {
  const [first] = former ?? []
  if (first === undefined) return null
  const { verbatim, was } = first
  const shown = masks.toShownAbout({ verbatim, codes: was.codes.map((code) => ({ ...code })) }, verbatim)
  return { ...shown, occurrences: former?.length ?? 0 }
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
  const { id, domain, verbatim, state, occurrences, serious, since, asked, answered, apart, was } = line
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
    was,
  }
}
