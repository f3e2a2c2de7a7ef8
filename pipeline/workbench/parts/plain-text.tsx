/**
 * What a site typed, as text and nothing else. Signs that have no picture, or that turn the direction of what follows, are
 * shown by their number: nobody codes what they cannot see.
 */
import { toPieces } from './pieces.ts'

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
