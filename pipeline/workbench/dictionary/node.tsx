/** One node of the dictionary with all that stands around it; without a node, its broadest level. */
import type { ComponentChildren } from 'preact'
import type { HitView, NodeView } from '../../../schemas/api/dictionary.ts'
import { Icon } from '../parts/icon.tsx'
import { PathLine } from '../parts/path.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { toFigure } from '../parts/words.ts'
import { useSeat } from '../shell/session.ts'
import type { WhichDictionary } from '../shell/study-api.ts'
import type { NodeName } from './browser.tsx'

export function NodePane({
  node,
  which,
  mayCode,
  onLook,
  onPick,
  onBack,
}: {
  node: NodeName | undefined
  which: WhichDictionary
  mayCode: boolean
  onLook: (node: NodeName) => void
  onPick: (hit: HitView) => void
  onBack?: () => void
}) {
  const { api } = useSeat()
  const { value, fault } = useAnswer(
    `${which.domain} ${which.dictionary} ${node?.level ?? ''} ${node?.code ?? ''}`,
    (signal) => (node === undefined ? api.roots(which, signal) : api.node(node, which, signal)),
  )
  if (fault !== undefined) return <p class="fault">{fault}</p>
  if (value === undefined) return <p class="waiting small">Looking …</p>
  return (
    <div class="node">
      {onBack !== undefined && (
        <button type="button" class="link back" onClick={onBack}>
          ← Back
        </button>
      )}
      {value.node !== null && <Head node={value.node} view={value} mayCode={mayCode} onPick={onPick} />}
      <Paths view={value} onLook={onLook} />
      <Section title={value.node === null ? 'Browse' : 'Below'} rows={value.children}>
        {value.children.map((child) => (
          <li key={`${child.level} ${child.code} ${child.text}`}>
            <button type="button" class="node-row" onClick={() => onLook(child)}>
              <span class="level">{child.level}</span> {child.text}
              {!child.isCurrent && <span class="badge warn">not current</span>}
              <Icon name="right" />
            </button>
          </li>
        ))}
      </Section>
      <Names view={value} onLook={onLook} />
      <Section title="Standard queries" rows={value.standardQueries}>
        {value.standardQueries.map(({ code, name, scope }) => (
          <li key={code}>
            {name} <span class="muted">({scope})</span>
          </li>
        ))}
      </Section>
      <Section title="Notes" rows={value.notes}>
        {value.notes.map(({ kind, text }) => (
          <li key={`${kind} ${text}`}>
            <span class="muted">{kind}:</span> {text}
          </li>
        ))}
      </Section>
    </div>
  )
}

function Head({
  node,
  view,
  mayCode,
  onPick,
}: {
  node: HitView
  view: NodeView
  mayCode: boolean
  onPick: (hit: HitView) => void
}) {
  return (
    <div class="node-head">
      <h3>
        <span class="level">{node.level}</span> {node.text}
      </h3>
      <p class="muted small">
        <span class="code">{node.code}</span>
        {!node.isCurrent && <span class="badge warn">not current</span>}
      </p>
      {view.replacement !== null && <p>Proposed instead: {view.replacement.text}</p>}
      {node.isAssignable && mayCode && (
        <button type="button" class="button" onClick={() => onPick(node)}>
          Choose this term
        </button>
      )}
    </div>
  )
}

function Paths({ view, onLook }: { view: NodeView; onLook: (node: NodeName) => void }) {
  const { paths, parents } = view
  if (paths.length === 0)
    return (
      <Section title="Above" rows={parents}>
        {parents.map((parent) => (
          <li key={`${parent.level} ${parent.code}`}>
            <button type="button" class="node-row" onClick={() => onLook(parent)}>
              <span class="level">{parent.level}</span> {parent.text}
              <Icon name="up" />
            </button>
          </li>
        ))}
      </Section>
    )
  return (
    <Section title={paths.length > 1 ? 'Paths' : 'Path'} rows={paths}>
      {paths.map(({ path, isPrimary }) => (
        <li key={path.map(({ code }) => code).join(' ')} class="node-path">
          {paths.length > 1 && (
            <span class={`badge ${isPrimary ? 'good' : ''}`}>{isPrimary ? 'primary' : 'secondary'}</span>
          )}{' '}
          <PathLine path={path} to={onLook} />
        </li>
      ))}
    </Section>
  )
}

function Names({ view, onLook }: { view: NodeView; onLook: (node: NodeName) => void }) {
  const below = new Set(view.children.map(({ code, text }) => `${code} ${text}`))
  const names = view.names.filter(
    ({ code, text }) => !below.has(`${code} ${text}`) && !(code === view.node?.code && text === view.node.text),
  )
  const level = view.node?.level
  return (
    <Section title="Other names" rows={names}>
      {names.map(({ code, text, isCurrent }) => (
        <li key={`${code} ${text}`}>
          {level === undefined ? (
            text
          ) : (
            <button type="button" class="node-row" onClick={() => onLook({ level, code })}>
              {text}
              {!isCurrent && <span class="badge warn">not current</span>}
            </button>
          )}
        </li>
      ))}
    </Section>
  )
}

function Section({ title, rows, children }: { title: string; rows: readonly unknown[]; children: ComponentChildren }) {
  if (rows.length === 0) return null
  return (
    <section>
      <h3>
        {title} <span class="muted">{rows.length > 4 ? toFigure(rows.length) : ''}</span>
      </h3>
      <ul>{children}</ul>
    </section>
  )
}
