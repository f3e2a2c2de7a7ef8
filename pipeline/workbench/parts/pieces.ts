/** A text cut where signs stand that cannot be seen. */

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
