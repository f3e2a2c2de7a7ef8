/**
 * Pictures of figures, drawn here: the content security policy lets no library set styles of its own. Sizes are attributes
 * of SVG, colours are classes; each picture has its figures as a table beside it for those who read instead.
 */
import type { ComponentChildren } from 'preact'
import { toDay, toFigure } from '../parts/words.ts'

const PLOT = { width: 560, height: 236, left: 44, right: 10, top: 10, bottom: 26 }
const INNER = { width: PLOT.width - PLOT.left - PLOT.right, height: PLOT.height - PLOT.top - PLOT.bottom }

/** Between two days that are named. */
const LEAST_BETWEEN = 80

export interface Column {
  readonly name: string
  readonly isNumber?: boolean
}

export function Chart({
  title,
  words,
  isWide = false,
  columns,
  rows,
  legend,
  children,
}: {
  title: string
  /** What to see in it. */
  words?: string
  isWide?: boolean
  columns: readonly Column[]
  rows: readonly (readonly (string | number)[])[]
  legend?: readonly { readonly words: string; readonly className: string }[]
  children: ComponentChildren
}) {
  return (
    <figure class={`chart card ${isWide ? 'wide' : ''}`}>
      <figcaption>
        <h2>{title}</h2>
        {words !== undefined && <p class="muted small">{words}</p>}
        {legend !== undefined && (
          <p class="chart-legend small">
            {legend.map((one) => (
              <span key={one.words}>
                <svg width="10" height="10" aria-hidden="true" focusable="false">
                  <rect width="10" height="10" rx="2" class={one.className} />
                </svg>
                {one.words}
              </span>
            ))}
          </p>
        )}
      </figcaption>
      {rows.length === 0 ? <p class="empty small">Nothing yet.</p> : children}
      {rows.length > 0 && (
        <details>
          <summary>Figures</summary>
          <div class="table-frame">
            <table class="table">
              <caption class="unseen">{title}</caption>
              <thead>
                <tr>
                  {columns.map(({ name, isNumber }) => (
                    <th key={name} scope="col" class={isNumber === true ? 'number' : ''}>
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row[0]}>
                    {row.map((value, i) => (
                      <td key={columns[i]?.name} class={typeof value === 'number' ? 'number' : ''}>
                        {typeof value === 'number' ? toFigure(value) : value}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </figure>
  )
}

export interface Layer {
  readonly className: string
  readonly values: readonly number[]
}

/** Stacked areas over days. */
export function Areas({ days, layers }: { days: readonly string[]; layers: readonly Layer[] }) {
  const sums = days.map((_, i) => layers.reduce((sum, { values }) => sum + (values[i] ?? 0), 0))
  const top = toTop(Math.max(1, ...sums))
  const times = days.map((day) => Date.parse(day))
  const begin = times[0] ?? 0
  const span = Math.max(1, (times.at(-1) ?? 0) - begin)
  const x = (i: number) => PLOT.left + (((times[i] ?? begin) - begin) / span) * INNER.width
  const y = (value: number) => PLOT.top + INNER.height * (1 - value / top)
  const floor = days.map(() => 0)
  const areas = layers.map(({ className, values }) => {
    const lower = [...floor]
    for (const [i, value] of values.entries()) floor[i] = (floor[i] ?? 0) + value
    return { className, d: toArea(lower, [...floor], { x, y }) }
  })
  return (
    <svg class="plot" viewBox={`0 0 ${PLOT.width} ${PLOT.height}`} aria-hidden="true" focusable="false">
      <Grid top={top} y={y} />
      {areas.map(({ className, d }) => (
        <path key={className} class={className} d={d} />
      ))}
      {listMarks(days, x).map((i) => (
        <text
          key={i}
          class="mark-text"
          x={x(i)}
          y={PLOT.height - 8}
          text-anchor={i === 0 ? 'start' : i === days.length - 1 ? 'end' : 'middle'}
        >
          {toDay(days[i] ?? '').slice(0, -5)}
        </text>
      ))}
    </svg>
  )
}

function toArea(
  lower: readonly number[],
  upper: readonly number[],
  { x, y }: { x: (i: number) => number; y: (value: number) => number },
): string {
  // A single day is drawn as a band.
  const ends = upper.length === 1 ? [PLOT.left, PLOT.left + INNER.width] : undefined
  const over = ends ? ends.map((at) => `${at},${y(upper[0] ?? 0)}`) : upper.map((value, i) => `${x(i)},${y(value)}`)
  const under = ends ? ends.map((at) => `${at},${y(lower[0] ?? 0)}`) : lower.map((value, i) => `${x(i)},${y(value)}`)
  return `M${over.join('L')}L${under.toReversed().join('L')}Z`
}

/** First and last day, and what has room between. */
function listMarks(days: readonly string[], x: (i: number) => number): readonly number[] {
  const last = days.length - 1
  if (last <= 0) return [0]
  const marks = [0]
  for (let i = 1; i < last; i += 1)
    if (x(i) - x(marks.at(-1) ?? 0) >= LEAST_BETWEEN && x(last) - x(i) >= LEAST_BETWEEN) marks.push(i)
  return [...marks, last]
}

function Grid({ top, y }: { top: number; y: (value: number) => number }) {
  return (
    <g>
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line class="grid-line" x1={PLOT.left} x2={PLOT.left + INNER.width} y1={y(top * share)} y2={y(top * share)} />
          <text class="mark-text" x={PLOT.left - 6} y={y(top * share) + 3.5} text-anchor="end">
            {toFigure(Math.round(top * share))}
          </text>
        </g>
      ))}
    </g>
  )
}

/** The next round number that four lines divide. */
function toTop(most: number): number {
  const size = 10 ** Math.floor(Math.log10(most))
  const round = [1, 2, 4, 8, 10].find((step) => step * size >= most) ?? 10
  return Math.max(4, round * size)
}

export interface Bar {
  readonly name: string
  readonly parts: readonly { readonly className: string; readonly value: number }[]
}

/** Bars that lie, one a row, the longest over the whole width. */
export function Bars({ bars, toWords = toFigure }: { bars: readonly Bar[]; toWords?: (sum: number) => string }) {
  const most = Math.max(1, ...bars.map(({ parts }) => toSum(parts)))
  return (
    <div class="bars" aria-hidden="true">
      {bars.map(({ name, parts }) => {
        let at = 0
        return (
          <div key={name} class="bar-row">
            <span class="bar-name" title={name}>
              {name}
            </span>
            <svg viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">
              {parts.map(({ className, value }) => {
                const width = (value / most) * 200
                const x = at
                at += width
                return (
                  <rect
                    key={className}
                    class={className}
                    x={x}
                    width={Math.max(value > 0 ? 1 : 0, width)}
                    height="12"
                  />
                )
              })}
            </svg>
            <span class="bar-figure">{toWords(toSum(parts))}</span>
          </div>
        )
      })}
    </div>
  )
}

function toSum(parts: Bar['parts']): number {
  return parts.reduce((sum, { value }) => sum + value, 0)
}

export interface Band {
  readonly expected: number
  readonly right: number
  readonly judged: number
}

/** What the machine promised (across) against what people found right (up): on the line it is honest. */
export function Reliability({ bands }: { bands: readonly Band[] }) {
  const side = 250
  const edge = { left: 44, bottom: 34, top: 10, right: 24 }
  const inner = side - edge.left - edge.right
  const x = (share: number) => edge.left + share * inner
  const y = (share: number) => edge.top + (1 - share) * (side - edge.top - edge.bottom)
  const most = Math.max(1, ...bands.map(({ judged }) => judged))
  return (
    <svg class="plot square" viewBox={`0 0 ${side} ${side}`} aria-hidden="true" focusable="false">
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line class="grid-line" x1={x(0)} x2={x(1)} y1={y(share)} y2={y(share)} />
          <line class="grid-line" x1={x(share)} x2={x(share)} y1={y(0)} y2={y(1)} />
          <text class="mark-text" x={edge.left - 6} y={y(share) + 3.5} text-anchor="end">
            {share * 100} %
          </text>
          <text class="mark-text" x={x(share)} y={y(0) + 14} text-anchor="middle">
            {share * 100} %
          </text>
        </g>
      ))}
      <line class="honest" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      {bands.map(({ expected, right, judged }) => (
        <circle key={expected} class="point" cx={x(expected)} cy={y(right)} r={3 + 9 * Math.sqrt(judged / most)} />
      ))}
      <text class="mark-text" x={x(0.5)} y={side - 4} text-anchor="middle">
        probability given
      </text>
    </svg>
  )
}
