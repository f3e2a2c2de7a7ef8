/** The queue as rows of one height, of which those in sight are drawn: 100,000 are as quick as ten. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { TermRow } from '../../../schemas/api/terms.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { Probability } from '../parts/probability.tsx'
import { StateMark } from '../parts/state-mark.tsx'
import { toAge, toFigure } from '../parts/words.ts'
import type { TermList } from './term-list.ts'

const ROW_HEIGHT = { wide: 34, narrow: 52 }
const OVERSCAN = 10
/** As style.css has the head of the wide list. */
const HEAD_HEIGHT = 30

export function QueueList({
  list,
  active,
  isNarrow,
  busy,
  onActive,
  onOpen,
}: {
  list: TermList
  /** The place of the row that keys act on. */
  active: number
  isNarrow: boolean
  /** Terms whose act is on its way. */
  busy: ReadonlySet<string>
  onActive: (index: number) => void
  onOpen: (index: number) => void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 800 })
  const [, draw] = useState(0)
  const height = isNarrow ? ROW_HEIGHT.narrow : ROW_HEIGHT.wide
  const total = list.total ?? 0
  const first = Math.max(0, Math.floor(view.top / height) - OVERSCAN)
  const end = Math.min(total, Math.ceil((view.top + view.height) / height) + OVERSCAN)

  useEffect(() => list.watch(() => draw((n) => n + 1)), [list])
  useEffect(() => list.show(first, Math.max(end, first + 1)), [list, first, end])
  useLayoutEffect(() => {
    const { current } = scroller
    if (current === null) return
    const measure = () => setView({ top: current.scrollTop, height: current.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    measure()
    return () => observer.disconnect()
  }, [])
  // Another height of rows puts the active one elsewhere as well
  useLayoutEffect(() => {
    const { current } = scroller
    if (current === null || active < 0) return
    const head = isNarrow ? 0 : HEAD_HEIGHT
    const top = active * height
    if (top < current.scrollTop) current.scrollTop = top
    else if (top + height > current.scrollTop + current.clientHeight - head)
      current.scrollTop = top + height - current.clientHeight + head
  }, [active, height, total > active])

  const rows = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i)
  return (
    <div
      ref={scroller}
      class={`queue-list ${isNarrow ? 'narrow' : 'wide'}`}
      onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows are walked by keys is a grid
        role="grid"
        aria-label="Terms"
        aria-rowcount={total + 1}
        aria-activedescendant={active >= first && active < end ? `row-${active}` : undefined}
        tabIndex={0}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">
              <span class="unseen">State</span>
            </th>
            <th scope="col">Verbatim</th>
            <th scope="col" class="number">
              Times
            </th>
            <th scope="col" class="number">
              Subjects
            </th>
            <th scope="col">
              <span class="unseen">Serious</span>
            </th>
            <th scope="col" class="number">
              Age
            </th>
            <th scope="col">Why</th>
            <th scope="col">Likeliest term</th>
          </tr>
        </thead>
        <tbody style={{ height: `${total * height}px` }}>
          {rows.map((index) => (
            <Row
              key={index}
              index={index}
              row={list.at(index)}
              top={index * height}
              isActive={index === active}
              isBusy={busy.has(list.at(index)?.id ?? '')}
              onActive={onActive}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({
  index,
  row,
  top,
  isActive,
  isBusy,
  onActive,
  onOpen,
}: {
  index: number
  row: TermRow | undefined
  top: number
  isActive: boolean
  isBusy: boolean
  onActive: (index: number) => void
  onOpen: (index: number) => void
}) {
  const isDone = row !== undefined && (row.state === 'coded' || row.state === 'autocoded')
  return (
    <tr
      id={`row-${index}`}
      class={`${isActive ? 'active' : ''} ${isDone ? 'done' : ''} ${isBusy ? 'busy' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={index + 2}
      aria-selected={isActive}
      onMouseDown={() => onActive(index)}
      onClick={() => onOpen(index)}
    >
      {row === undefined ? (
        <>
          <td />
          <td class="verbatim">
            <span class="ghost" />
          </td>
          <td colSpan={6} />
        </>
      ) : (
        <>
          <td class="mark-cell">
            <StateMark state={row.state} />
          </td>
          <td class="verbatim">
            {row.verbatim.trim() === '' ? <span class="muted">(empty)</span> : <PlainText text={row.verbatim} />}
            {row.apart > 0 && (
              <span class="badge warn" title="Occurrences that stand apart and wait for a person">
                {row.apart} apart
              </span>
            )}
            {row.was !== null && (
              <span class="badge" title={`Coded so as "${row.was.verbatim}", before the site changed the term`}>
                was {row.was.codes.map(({ text }) => text).join(' + ')}
              </span>
            )}
          </td>
          <td class="number times">{toFigure(row.occurrences)}</td>
          <td class="number subjects">{toFigure(row.subjects)}</td>
          <td class="serious-cell">
            {row.serious > 0 && (
              <span class="badge serious" title={`${row.serious} serious`}>
                <span aria-hidden="true">SAE {row.serious}</span>
                <span class="unseen">{row.serious} serious</span>
              </span>
            )}
          </td>
          <td class="number age">{toAge(row.since)}</td>
          <td class="why" title={row.reason}>
            <span>{row.reason}</span>
          </td>
          <td class="top">
            <Coded row={row} />
          </td>
        </>
      )}
    </tr>
  )
}

function Coded({ row }: { row: TermRow }) {
  if (row.codes.length > 0)
    return (
      <>
        <span class="coded-to">{row.codes.map(({ text }) => text).join(' + ')}</span>
        <span class="by">{row.by}</span>
      </>
    )
  if (row.top === null) return <span class="muted">none</span>
  return (
    <>
      <span class="top-term">{row.top.text}</span>
      <Probability share={row.top.confidence} />
    </>
  )
}
