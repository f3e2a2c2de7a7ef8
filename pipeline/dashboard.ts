/** The dashboard of a study: where the work stands, how it went, and whether the machine's probabilities are honest. */
import type { Dashboard } from '../schemas/api/oversight.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import type { Desk } from './desk.ts'
import type { Line } from './review-queue.ts'
import { countActs, type Judged, listJudged, listTurns, type Turn } from './store/oversight.ts'
import { countSiteQueries } from './store/site-query-lists.ts'

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
    overTime: toCourse((await listTurns(store, study.id)).filter(({ group }) => mains.has(group))),
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

/** How many terms stood in each state at the end of each day on which any changed. The chain's order counts; a day never goes back. */
function toCourse(turns: readonly Turn[]): Dashboard['overTime'] {
  const states = new Map<number, Turn['state']>()
  const counts = { autocoded: 0, coded: 0, queued: 0 }
  const course = new Map<string, Dashboard['overTime'][number]>()
  let day = ''
  for (const turn of turns) {
    const before = states.get(turn.group)
    if (before !== undefined) counts[before]--
    states.set(turn.group, turn.state)
    counts[turn.state]++
    if (turn.day > day) day = turn.day
    course.set(day, { day, ...counts })
  }
  return [...course.values()]
}

function tally(
  lines: readonly Line[],
  values: (line: Line) => readonly string[],
): { value: string; terms: number; occurrences: number }[] {
  const found = new Map<string, { value: string; terms: number; occurrences: number }>()
  for (const line of lines)
    for (const value of values(line)) {
      const row = found.get(value) ?? { value, terms: 0, occurrences: 0 }
      found.set(value, { value, terms: row.terms + 1, occurrences: row.occurrences + line.occurrences })
    }
  return [...found.values()].sort((a, b) => b.occurrences - a.occurrences || compareCodeUnits(a.value, b.value))
}

function toBands(lines: readonly Line[], judged: readonly Judged[]): Dashboard['bands'] {
  const isIn = (probability: number, index: number) =>
    probability >= (BANDS[index] ?? 0) && (probability < (BANDS[index + 1] ?? 1) || index === BANDS.length - 2)
  return BANDS.slice(0, -1).map((from, index) => {
    const ofBand = judged.filter(({ confidence }) => isIn(confidence, index))
    const terms = lines.filter(({ decision }) => {
      const probability = decision?.outcome === 'confident' ? decision.confidence : decision?.top?.confidence
      return probability !== undefined && isIn(probability, index)
    })
    const total = ofBand.reduce((all, { confidence }) => all + confidence, 0)
    return {
      from,
      to: BANDS[index + 1] ?? 1,
      terms: terms.length,
      judged: ofBand.length,
      right: ofBand.filter(({ isRight }) => isRight).length,
      expected: ofBand.length === 0 ? null : total / ofBand.length,
    }
  })
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
