/** The dashboard of a study: where the work stands, how it went, and whether the machine's probabilities are honest. */
import type { Dashboard } from '../schemas/api/oversight.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import type { Desk } from './desk.ts'
import { countActs, type Judged, listJudged, listTurns, type Turn } from './store/oversight.ts'
import { countSiteQueries } from './store/site-query-lists.ts'
import type { Store } from './store/store.ts'

const BANDS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1]

/** Everything a dashboard shows, as of now. One pass over the lines: there may be 100,000, and people wait for their turn. */
export async function readDashboard({
  study,
  store,
  queue,
}: Pick<Desk, 'study' | 'store' | 'queue'>): Promise<Dashboard> {
  const lines = await queue.listLines()
  const totals = { terms: 0, occurrences: 0, open: 0, openOccurrences: 0, toApprove: 0, coded: 0, autocoded: 0 }
  const reasons = new Tally()
  const bodySystems = new Tally()
  const bandTerms = BANDS.slice(1).map(() => 0)
  const besides = new Set<number>()
  for (const line of lines) {
    if (line.no !== line.mainNo) {
      besides.add(line.no)
      continue
    }
    const { state, occurrences, decision } = line
    totals.terms++
    totals.occurrences += occurrences
    if (state === 'to-approve') totals.toApprove++
    else if (state === 'coded' || state === 'autocoded') totals[state]++
    else {
      totals.open++
      totals.openOccurrences += occurrences
      reasons.add(decision?.outcome ?? 'not looked at', occurrences)
    }
    if (decision === null) continue
    for (const system of decision.systems) bodySystems.add(system, occurrences)
    const probability = decision.outcome === 'confident' ? decision.confidence : decision.top?.confidence
    if (probability !== undefined) bandTerms[toBand(probability)] = (bandTerms[toBand(probability)] ?? 0) + 1
  }
  const course = await readCourse(store, study.id, besides)
  return {
    totals,
    overTime: [...course.days.values()].map((row) => ({ ...row })),
    reasons: reasons.list().map(({ value, ...rest }) => ({ outcome: value, ...rest })),
    bands: toBands(bandTerms, [...course.judged.values()]),
    siteQueries: (await countSiteQueries(store, study.id)).ages.map(({ age, ...counts }) => ({
      age: `${age} days`,
      ...counts,
    })),
    people: toPeople(await countActs(store, study.id)),
    bodySystems: bodySystems.list().map(({ value, ...rest }) => ({ text: value, ...rest })),
  }
}

/** Terms and occurrences by a value, the most frequent first. */
class Tally {
  readonly #found = new Map<string, { value: string; terms: number; occurrences: number }>()
  add(value: string, occurrences: number): void {
    const row = this.#found.get(value)
    if (row === undefined) this.#found.set(value, { value, terms: 1, occurrences })
    else {
      row.terms++
      row.occurrences += occurrences
    }
  }
  list(): { value: string; terms: number; occurrences: number }[] {
    return [...this.#found.values()].sort((a, b) => b.terms - a.terms || compareCodeUnits(a.value, b.value))
  }
}

/** The course of a study up to an event: it only ever grows, so each reading goes on where the last one ended. */
interface Course {
  seq: number
  judgedSeq: number
  readonly states: Map<number, Turn['state']>
  readonly days: Map<string, Dashboard['overTime'][number]>
  /** By group: what people made of the machine's proposal last. */
  readonly judged: Map<number, Judged>
}
const courses = new WeakMap<Store, Map<string, Course>>()

/**
 * How many terms stood in each state at the end of each day on which any changed, and what people judged. The chain's
 * order counts; a day never goes back. Groups beside a main one do not count.
 */
async function readCourse(store: Store, study: string, besides: ReadonlySet<number>): Promise<Course> {
  const byStudy = courses.get(store) ?? new Map<string, Course>()
  courses.set(store, byStudy)
  const known = byStudy.get(study) ?? { seq: 0, judgedSeq: 0, states: new Map(), days: new Map(), judged: new Map() }
  const turns = await listTurns(store, study, { afterSeq: known.seq })
  const judged = await listJudged(store, study, { afterSeq: known.judgedSeq })
  // Two who look at once read the same turns: the one who is later finds them counted.
  const course = byStudy.get(study) ?? known
  byStudy.set(study, course)
  for (const each of judged) {
    course.judgedSeq = Math.max(course.judgedSeq, each.seq)
    course.judged.set(each.group, each)
  }
  let last = [...course.days.values()].at(-1) ?? { day: '', autocoded: 0, coded: 0, queued: 0 }
  const from = course.seq
  for (const { group, day, seq, state } of turns) {
    if (seq <= from) continue
    course.seq = seq
    if (besides.has(group)) continue
    const before = course.states.get(group)
    if (day > last.day) {
      last = { ...last, day }
      course.days.set(day, last)
    }
    if (before !== undefined) last[before]--
    last[state]++
    course.states.set(group, state)
  }
  return course
}

/** The band of a probability; the last one includes its end. */
function toBand(probability: number): number {
  const above = BANDS.findIndex((end) => probability < end)
  return above === -1 ? BANDS.length - 2 : Math.max(0, above - 1)
}

function toBands(terms: readonly number[], judged: readonly Judged[]): Dashboard['bands'] {
  const rows = BANDS.slice(0, -1).map((from, index) => ({
    from,
    to: BANDS[index + 1] ?? 1,
    terms: terms[index] ?? 0,
    judged: 0,
    right: 0,
    sum: 0,
  }))
  for (const { confidence, isRight } of judged) {
    const row = rows[toBand(confidence)]
    if (row === undefined) continue
    row.judged++
    row.sum += confidence
    if (isRight) row.right++
  }
  return rows.map(({ sum, ...row }) => ({ ...row, expected: row.judged === 0 ? null : sum / row.judged }))
}

function toPeople(acts: Awaited<ReturnType<typeof countActs>>): Dashboard['people'] {
  const people = new Map<string, Dashboard['people'][number]>()
  for (const { actor, kind, n } of acts) {
    const person = people.get(actor) ?? { name: actor, coded: 0, split: 0, approved: 0, rejected: 0, asked: 0 }
    const member = kind === 'query-raised' ? 'asked' : kind
    if (member in person) people.set(actor, { ...person, [member]: n })
  }
  return [...people.values()]
}
