/** The dashboard of a study: where the work stands, how it went, and whether the machine's probabilities are honest. */
import type { Dashboard } from '../schemas/api/oversight.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import type { Desk } from './desk.ts'
import type { Line } from './review-queue.ts'
import { countActs, type Judged, listJudged, listTurns, type Turn } from './store/oversight.ts'
import { countSiteQueries } from './store/site-query-lists.ts'
import type { Store } from './store/store.ts'

const BANDS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1]

/** Everything a dashboard shows, as of now. */
export async function readDashboard({
  study,
  store,
  queue,
}: Pick<Desk, 'study' | 'store' | 'queue'>): Promise<Dashboard> {
  const lines = await queue.listLines()
  const main = lines.filter(({ no, mainNo }) => no === mainNo)
  const mains = new Set(main.map(({ no }) => no))
  const open = main.filter(({ state }) => !isCoded(state))
  const sum = (of: readonly Line[]) => of.reduce((total, { occurrences }) => total + occurrences, 0)
  const count = (state: Line['state']) => main.filter((line) => line.state === state).length
  return {
    totals: {
      terms: main.length,
      occurrences: sum(main),
      open: open.length,
      openOccurrences: sum(open),
      toApprove: count('to-approve'),
      coded: count('coded'),
      autocoded: count('autocoded'),
    },
    overTime: await readCourse(store, study.id, mains),
    reasons: tally(open, ({ decision }) => [decision?.outcome ?? 'not looked at']).map(({ value, ...rest }) => ({
      outcome: value,
      ...rest,
    })),
    bands: toBands(main, await listJudged(store, study.id)),
    siteQueries: (await countSiteQueries(store, study.id)).ages.map(({ age, ...counts }) => ({
      age: `${age} days`,
      ...counts,
    })),
    people: toPeople(await countActs(store, study.id)),
    bodySystems: tally(main, ({ decision }) => decision?.systems ?? []).map(({ value, ...rest }) => ({
      text: value,
      ...rest,
    })),
  }
}

function isCoded(state: Line['state']): boolean {
  return state === 'coded' || state === 'autocoded' || state === 'to-approve'
}

/** The course of a study up to an event: it only ever grows, so each reading goes on where the last one ended. */
interface Course {
  seq: number
  readonly states: Map<number, Turn['state']>
  readonly days: Map<string, Dashboard['overTime'][number]>
}
const courses = new WeakMap<Store, Map<string, Course>>()

/** How many terms stood in each state at the end of each day on which any changed. The chain's order counts; a day never goes back. */
async function readCourse(store: Store, study: string, mains: ReadonlySet<number>): Promise<Dashboard['overTime']> {
  const byStudy = courses.get(store) ?? new Map<string, Course>()
  courses.set(store, byStudy)
  const known = byStudy.get(study) ?? { seq: 0, states: new Map(), days: new Map() }
  const turns = await listTurns(store, study, { afterSeq: known.seq })
  // Two who look at once read the same turns: the one who is later finds them counted.
  const course = byStudy.get(study) ?? known
  byStudy.set(study, course)
  let last = [...course.days.values()].at(-1) ?? { day: '', autocoded: 0, coded: 0, queued: 0 }
  const from = course.seq
  for (const { group, day, seq, state } of turns) {
    if (seq <= from) continue
    course.seq = seq
    if (!mains.has(group)) continue
    const before = course.states.get(group)
    if (day > last.day) {
      last = { ...last, day }
      course.days.set(day, last)
    }
    if (before !== undefined) last[before]--
    last[state]++
    course.states.set(group, state)
  }
  return [...course.days.values()].map((row) => ({ ...row }))
}

function tally(
  lines: readonly Line[],
  values: (line: Line) => readonly string[],
): { value: string; terms: number; occurrences: number }[] {
  const found = new Map<string, { value: string; terms: number; occurrences: number }>()
  for (const line of lines)
    for (const value of values(line)) {
      let row = found.get(value)
      if (row === undefined) {
        row = { value, terms: 0, occurrences: 0 }
        found.set(value, row)
      }
      row.terms++
      row.occurrences += line.occurrences
    }
  return [...found.values()].sort((a, b) => b.terms - a.terms || compareCodeUnits(a.value, b.value))
}

/** The band of a probability; the last one includes its end. */
function toBand(probability: number): number {
  const above = BANDS.findIndex((end) => probability < end)
  return above === -1 ? BANDS.length - 2 : Math.max(0, above - 1)
}

function toBands(lines: readonly Line[], judged: readonly Judged[]): Dashboard['bands'] {
  const rows = BANDS.slice(0, -1).map((from, index) => ({
    from,
    to: BANDS[index + 1] ?? 1,
    terms: 0,
    judged: 0,
    right: 0,
    sum: 0,
  }))
  for (const { decision } of lines) {
    const probability = decision?.outcome === 'confident' ? decision.confidence : decision?.top?.confidence
    const row = probability === undefined ? undefined : rows[toBand(probability)]
    if (row) row.terms++
  }
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
