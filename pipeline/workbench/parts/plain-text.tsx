/**
 * What a site typed, as text and nothing else. Signs that have no picture, or that turn the direction of what follows, are
 * shown by their number: nobody codes what they cannot see.
 */

/** Control signs and format signs of Unicode, and its two breaks. */
const UNSEEN = /([\p{Cc}\p{Cf}\u2028\u2029])/u

export interface Piece {
  readonly text: string
  readonly isUnseen: boolean
  readonly start: number
}

export function toPieces(text: string): readonly Piece[] {
  let start = 0
  const pieces: Piece[] = []
  for (const part of text.split(UNSEEN)) {
    if (part !== '') pieces.push({ text: part, isUnseen: UNSEEN.test(part), start })
    start += part.length
  }
  return pieces
}

function toNumber(sign: string): string {
  return `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

export function PlainText({ text }: { text: string }) {
  if (text === '') return null
  return (
    <bdi>
      {toPieces(text).map(({ text: part, isUnseen, start }) =>
        isUnseen ? (
          <span key={start} class="sign" title="A sign that cannot be seen">
            {toNumber(part)}
          </span>
        ) : (
          part
        ),
      )}
    </bdi>
  )
}
