/** The verbatim word by word beside a term: what each word stands for, what is left over, what the term has more. */
import { useState } from 'preact/hooks'
import type { CandidateView } from '../../../schemas/api/terms.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { MARK_WORDS, MARKS, toRoleWords } from './roles.ts'
import { type Token, toAlignedText, toStretches } from './stretches.ts'

type Alignment = NonNullable<CandidateView['alignment']>

export function Aligned({
  verbatim,
  folded,
  alignment,
  term,
}: {
  verbatim: string
  folded: string
  alignment: Alignment | undefined
  /** The term that it is beside. */
  term: string | undefined
}) {
  const [looked, setLooked] = useState<Token>()
  const text = toAlignedText(verbatim, folded)
  if (alignment === undefined || term === undefined)
    return (
      <div class="aligned">
        <p class="plain">
          {verbatim.trim() === '' ? <span class="muted">(empty)</span> : <PlainText text={verbatim} />}
        </p>
      </div>
    )
  return (
    <div class="aligned">
      {text !== verbatim && (
        <p class="as-written">
          <span class="muted">As written:</span> <PlainText text={verbatim} />
        </p>
      )}
      <div class="words">
        {toStretches(text, alignment.tokens).map(({ start, text: words, token }) =>
          token === undefined ? (
            <span key={start} class="between">
              <PlainText text={words} />
            </span>
          ) : (
            <Word key={start} words={words} token={token} onLook={setLooked} />
          ),
        )}
        {alignment.missing.map(({ text: words, isLight }) => (
          <span key={`missing ${words}`} class={`missing ${isLight ? 'light' : ''}`}>
            <span class="unseen">The term says more: </span>
            {words}
            <span class="gloss">{isLight ? 'changes nothing' : 'only in the term'}</span>
          </span>
        ))}
      </div>
      <p class="looked">{looked === undefined ? <Legend term={term} /> : <Grounds token={looked} />}</p>
    </div>
  )
}

function Word({ words, token, onLook }: { words: string; token: Token; onLook: (token: Token | undefined) => void }) {
  const { mark, short, words: role } = toRoleWords(token.role)
  const isSame = token.term === undefined || token.term.toLowerCase() === words.toLowerCase()
  const gloss = isSame ? short : token.term
  return (
    <button
      type="button"
      class={`word ${mark}`}
      onMouseEnter={() => onLook(token)}
      onMouseLeave={() => onLook(undefined)}
      onFocus={() => onLook(token)}
      onBlur={() => onLook(undefined)}
    >
      <span class="said">
        <PlainText text={words} />
      </span>
      <span class="gloss" aria-hidden="true">
        {gloss}
      </span>
      <span class="unseen">
        : {role}
        {token.term !== undefined && `, stands for ${token.term}`}
        {token.grounds !== undefined && `. ${token.grounds}`}
      </span>
    </button>
  )
}

function Grounds({ token }: { token: Token }) {
  return (
    <>
      <strong>
        <PlainText text={token.text} />
      </strong>{' '}
      {toRoleWords(token.role).words}
      {token.term !== undefined && token.term !== token.text.toLowerCase() && (
        <>
          , stands for <strong>{token.term}</strong>
        </>
      )}
      {token.grounds !== undefined && <span class="muted"> · {token.grounds}</span>}
    </>
  )
}

function Legend({ term }: { term: string }) {
  return (
    <span class="legend">
      <span class="muted">Beside {term}:</span>
      {MARKS.map((mark) => (
        <span key={mark} class={`word ${mark}`}>
          <span class="said">{MARK_WORDS[mark]}</span>
        </span>
      ))}
      <span class="missing">only in the term</span>
    </span>
  )
}
