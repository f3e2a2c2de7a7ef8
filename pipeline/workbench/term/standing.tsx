/** The decision in force: what, by whom, when, why, and whether a second person agreed. */
import type { DecisionView } from '../../../schemas/api/terms.ts'
import { PathLine } from '../parts/path.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { APPROVAL_WORDS, toMoment, toOutcomeWords, toPercent } from '../parts/words.ts'

export function Standing({ decision }: { decision: DecisionView }) {
  return (
    <section class={`standing ${decision.approval}`} aria-label="The decision in force">
      <DecisionWords decision={decision} />
    </section>
  )
}

export function DecisionWords({ decision }: { decision: DecisionView }) {
  const { codes, by, at, byMachine, outcome, confidence, reason, approval, verdict } = decision
  return (
    <>
      <p class="standing-head">
        <span class="badge">{toOutcomeWords(outcome)}</span>
        {byMachine && confidence < 1 && <span class="figure">{toPercent(confidence)}</span>}
        <span class={`badge approval ${approval}`}>{APPROVAL_WORDS[approval]}</span>
        {!decision.isOfNow && <span class="badge warn">Of an earlier verbatim</span>}
        <span class="muted">
          {by} · <time dateTime={at}>{toMoment(at)}</time>
        </span>
      </p>
      {codes.map(({ path, part, isCurrent }) => (
        <div key={`${part ?? ''} ${path.at(-1)?.code}`} class="standing-code">
          {part !== null && (
            <span class="part">
              <PlainText text={part} />
            </span>
          )}
          <strong>{path.at(-1)?.text}</strong> <span class="code">{path.at(-1)?.code}</span>
          {!isCurrent && <span class="badge warn">No longer current</span>}
          <PathLine path={path.slice(0, -1)} />
        </div>
      ))}
      {reason !== '' && <p class="reason">{reason}</p>}
      {verdict !== null && (
        <p class="reason">
          {approval === 'rejected' ? 'Rejected' : 'Approved'} by {verdict.by},{' '}
          <time dateTime={verdict.at}>{toMoment(verdict.at)}</time>
          {verdict.reason !== null && `: ${verdict.reason}`}
        </p>
      )}
    </>
  )
}
