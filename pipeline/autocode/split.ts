/**
 * Two or more events in one verbatim: where it may be divided. Knows separators; what a part means is the matcher's.
 */

/** A part of a verbatim. `start` and `end` (exclusive) are UTF-16 indices into it. */
export interface Piece {
  readonly text: string
  readonly start: number
  readonly end: number
  /** What stands before it: a word or sign that lists, or "with", which may join a diagnosis and its symptoms. */
  readonly joint: 'first' | 'list' | 'with'
}

/** More than any form's field lists; a hostile text is not followed further. */
const MOST_PIECES = 12
const LISTING = String.raw`[,;，；、\n\r+]|\s[/|&]\s|(?<=\p{L}{3,})\/(?=\p{L}{3,})|&|\s[-–—]\s|(?:^|\s)\(?\d{1,2}\s?[.)]\s|\(\d\)|\b(?:and\/or|and|plus|as well as|along with|then|also)\b`
const JOINING = String.raw`\b(?:accompanied by|associated with|together with|with)\b|\bw\/(?!o)`
const JOINT = new RegExp(`(${LISTING})|(${JOINING})`, 'giu')

/** The pieces between the separators, none of them empty; one where there is nothing to divide. */
export function toPieces(verbatim: string): readonly Piece[] {
  const pieces: Piece[] = []
  let from = 0
  let joint: Piece['joint'] = 'first'
  const add = (to: number): void => {
    const raw = verbatim.slice(from, to)
    const text = raw.trim()
    if (!/\p{L}/u.test(text)) return
    const start = from + raw.indexOf(text)
    pieces.push({ text, start, end: start + text.length, joint })
  }
  for (const match of verbatim.matchAll(JOINT)) {
    if (pieces.length === MOST_PIECES) break
    add(match.index)
    from = match.index + match[0].length
    joint = match[1] === undefined ? 'with' : joint === 'first' && pieces.length === 0 ? 'first' : 'list'
  }
  if (pieces.length < MOST_PIECES) add(verbatim.length)
  return pieces
}
