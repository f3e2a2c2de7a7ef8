/** How the study stands, pictures first. */
import type { Dashboard } from '../../../schemas/api/oversight.ts'
import { useAnswer } from '../parts/use-answer.ts'
import { count, toDay, toFigure, toOutcomeWords, toPercent } from '../parts/words.ts'
import { toHash } from '../shell/place.ts'
import { useSeat } from '../shell/session.ts'
import { Areas, type Bar, Bars, Chart, Reliability } from './charts.tsx'

const MOST_BARS = 12
const STATES = [
  { words: 'autocoded', className: 'fill-machine' },
  { words: 'coded by people', className: 'fill-person' },
  { words: 'in the queue', className: 'fill-queue' },
] as const

export function DashboardView() {
  const { api, study } = useSeat()
  const { value, fault } = useAnswer(api.study, (signal) => api.dashboard(signal))
  return (
    <div class="view">
      <header>
        <h1>Dashboard</h1>
        <span class="muted">{study.title}</span>
      </header>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {value === undefined && fault === undefined && <p class="waiting">Counting …</p>}
      {value !== undefined && <Pictures dashboard={value} />}
    </div>
  )
}

function Pictures({ dashboard }: { dashboard: Dashboard }) {
  return (
    <>
      <Totals totals={dashboard.totals} />
      <div class="charts">
        <OverTime dashboard={dashboard} />
        <Honesty bands={dashboard.bands} />
        <Chart
          title="Why terms wait"
          columns={[{ name: 'Reason' }, { name: 'Terms', isNumber: true }, { name: 'Occurrences', isNumber: true }]}
          rows={dashboard.reasons.map(({ outcome, terms, occurrences }) => [
            toOutcomeWords(outcome),
            terms,
            occurrences,
          ])}
        >
          <Bars
            bars={dashboard.reasons.map(({ outcome, terms }) =>
              toBar(toOutcomeWords(outcome), [['fill-queue', terms]]),
            )}
          />
        </Chart>
        <Chart
          title="Site queries by age"
          columns={[{ name: 'Age' }, { name: 'Open', isNumber: true }, { name: 'Answered', isNumber: true }]}
          rows={dashboard.siteQueries.map(({ age, open, answered }) => [age, open, answered])}
          legend={[
            { words: 'open', className: 'fill-queue' },
            { words: 'answered', className: 'fill-person' },
          ]}
        >
          <Bars
            bars={dashboard.siteQueries.map(({ age, open, answered }) =>
              toBar(age, [
                ['fill-queue', open],
                ['fill-person', answered],
              ]),
            )}
          />
        </Chart>
        <Chart
          title="Work by person"
          columns={[
            { name: 'Name' },
            { name: 'Coded', isNumber: true },
            { name: 'Split', isNumber: true },
            { name: 'Approved', isNumber: true },
            { name: 'Rejected', isNumber: true },
            { name: 'Asked', isNumber: true },
          ]}
          rows={dashboard.people.map((one) => [one.name, one.coded, one.split, one.approved, one.rejected, one.asked])}
          legend={[
            { words: 'coded or split', className: 'fill-person' },
            { words: 'approved or rejected', className: 'fill-machine' },
            { words: 'asked the site', className: 'fill-queue' },
          ]}
        >
          <Bars
            bars={dashboard.people.map((one) =>
              toBar(one.name, [
                ['fill-person', one.coded + one.split],
                ['fill-machine', one.approved + one.rejected],
                ['fill-queue', one.asked],
              ]),
            )}
          />
        </Chart>
        <Chart
          title="By body system"
          columns={[
            { name: 'Body system' },
            { name: 'Terms', isNumber: true },
            { name: 'Occurrences', isNumber: true },
          ]}
          rows={dashboard.bodySystems.map(({ text, terms, occurrences }) => [text, terms, occurrences])}
        >
          <Bars
            bars={dashboard.bodySystems
              .slice(0, MOST_BARS)
              .map(({ text, occurrences }) => toBar(text, [['fill-machine', occurrences]]))}
          />
        </Chart>
      </div>
    </>
  )
}

function toBar(name: string, parts: readonly (readonly [className: string, value: number])[]): Bar {
  return { name, parts: parts.map(([className, value]) => ({ className, value })) }
}

function Totals({ totals }: { totals: Dashboard['totals'] }) {
  const { study } = useSeat()
  const share = totals.terms === 0 ? 0 : (totals.coded + totals.autocoded) / totals.terms
  return (
    <dl class="totals">
      <Total words="Terms" figure={toFigure(totals.terms)} more={count(totals.occurrences, 'occurrence')} />
      <Total
        words="Coded"
        figure={toPercent(share)}
        more={`${toFigure(totals.autocoded)} by machine, ${toFigure(totals.coded)} by people`}
      />
      <Total
        words="Open"
        figure={toFigure(totals.open)}
        more={count(totals.openOccurrences, 'occurrence')}
        href={toHash(study.id, 'queue', { show: 'open' })}
      />
      <Total
        words="To approve"
        figure={toFigure(totals.toApprove)}
        more="wait for a second person"
        href={toHash(study.id, 'queue', { show: 'to-approve' })}
      />
    </dl>
  )
}

function Total({ words, figure, more, href }: { words: string; figure: string; more: string; href?: string }) {
  return (
    <div class="total card">
      <dt>{href === undefined ? words : <a href={href}>{words}</a>}</dt>
      <dd>
        <span class="total-figure">{figure}</span>
        <span class="muted small">{more}</span>
      </dd>
    </div>
  )
}

function OverTime({ dashboard: { overTime } }: { dashboard: Dashboard }) {
  return (
    <Chart
      title="Terms over time"
      isWide
      columns={[
        { name: 'Day' },
        { name: 'Autocoded', isNumber: true },
        { name: 'Coded', isNumber: true },
        { name: 'Queued', isNumber: true },
      ]}
      rows={overTime.map(({ day, autocoded, coded, queued }) => [toDay(day), autocoded, coded, queued])}
      legend={STATES}
    >
      <Areas
        days={overTime.map(({ day }) => day)}
        layers={[
          { className: 'fill-machine', values: overTime.map(({ autocoded }) => autocoded) },
          { className: 'fill-person', values: overTime.map(({ coded }) => coded) },
          { className: 'fill-queue', values: overTime.map(({ queued }) => queued) },
        ]}
      />
    </Chart>
  )
}

function Honesty({ bands }: { bands: Dashboard['bands'] }) {
  const judged = bands.filter((band) => band.judged > 0)
  return (
    <Chart
      title="Is the confidence honest?"
      words="What people found right, by the probability given. On the line: as promised."
      columns={[
        { name: 'Probability' },
        { name: 'Terms', isNumber: true },
        { name: 'Judged', isNumber: true },
        { name: 'Right', isNumber: true },
        { name: 'Share right' },
      ]}
      rows={(judged.length === 0 ? [] : bands).map(({ from, to, terms, judged: seen, right }) => [
        `${Math.round(from * 100)} to ${Math.round(to * 100)} %`,
        terms,
        seen,
        right,
        seen === 0 ? 'none judged' : toPercent(right / seen),
      ])}
    >
      <Reliability
        bands={judged.map(({ from, to, judged: seen, right, expected }) => ({
          expected: expected ?? (from + to) / 2,
          right: right / seen,
          judged: seen,
        }))}
      />
    </Chart>
  )
}
