/** What records of a term were reported as, and coded to, before their sites changed them. */
import type { FormerView } from '../../../schemas/api/terms.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { toDay } from '../parts/words.ts'

export function Former({ former }: { former: readonly FormerView[] }) {
  if (former.length === 0) return null
  return (
    <section class="standing" aria-label="Coded before the site changed the term">
      {former.map(({ occurrence, usubjid, verbatim, codes, by, isOwn, waited, changedAt }) => (
        <p key={occurrence} class="reason">
          <PlainText text={usubjid} /> was coded to <strong>{codes.map(({ text }) => text).join(' + ')}</strong> as “
          <PlainText text={verbatim} />” by {by}
          {isOwn && ', on its own'}
          {waited && ', not yet approved'}
          <span class="muted"> · changed {toDay(changedAt)}</span>
        </p>
      ))}
    </section>
  )
}
