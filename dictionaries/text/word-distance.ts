/** How many slips of the hand or ear lie between two words. Knows letters; knows no dictionary. */

/** Longer words are not compared: nobody misspells half a page. */
export const LONGEST_WORD = 63

// Three rows of the table of a comparison; one comparison at a time.
let before = new Uint8Array(LONGEST_WORD + 2)
let above = new Uint8Array(LONGEST_WORD + 2)
let row = new Uint8Array(LONGEST_WORD + 2)

/**
 * Letters to change, insert, leave out, or swap with their neighbour (optimal string alignment), up to a bound.
 * @returns a whole number; anything over `most` only says that the distance is larger
 */
export function toWordDistance(a: string, b: string, most: number): number {
  let from = 0
  let endA = a.length
  let endB = b.length
  if (Math.abs(endA - endB) > most || endA > LONGEST_WORD || endB > LONGEST_WORD) return most + 1
  while (from < endA && from < endB && a.charCodeAt(from) === b.charCodeAt(from)) from += 1
  while (endA > from && endB > from && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA -= 1
    endB -= 1
  }
  const width = endB - from
  if (endA === from) return width
  if (width === 0) return endA - from
  for (let j = 0; j <= width; j += 1) above[j] = j
  for (let i = from; i < endA; i += 1) {
    const letter = a.charCodeAt(i)
    row[0] = i - from + 1
    let least = row[0]
    for (let j = 1; j <= width; j += 1) {
      const other = b.charCodeAt(from + j - 1)
      let cost = (above[j - 1] as number) + (letter === other ? 0 : 1)
      const left = (row[j - 1] as number) + 1
      if (left < cost) cost = left
      const up = (above[j] as number) + 1
      if (up < cost) cost = up
      if (i > from && j > 1 && letter === b.charCodeAt(from + j - 2) && a.charCodeAt(i - 1) === other) {
        const swapped = (before[j - 2] as number) + 1
        if (swapped < cost) cost = swapped
      }
      row[j] = cost
      if (cost < least) least = cost
    }
    if (least > most) return most + 1
    const spare = before
    before = above
    above = row
    row = spare
  }
  return above[width] as number
}

const SOUNDS: readonly (readonly [pattern: RegExp, sound: string])[] = [
  [/^(?:pn|kn|gn|mn)/, 'n'], // pneumonia
  [/^ps/, 's'], // psoriasis
  [/^rh/, 'r'],
  [/r+h/g, 'r'], // diarrhea, haemorrhage
  [/ph/g, 'f'],
  [/(?:ae|oe|ea|ee|ei|ie|ey)/g, 'e'],
  [/(?:c(?=[eiy])|sc(?=[eiy]))/g, 's'],
  [/(?:ch|ck|q|c)/g, 'k'],
  [/x/g, 'ks'],
  [/z/g, 's'],
  [/y/g, 'i'],
  [/th/g, 't'],
  [/(.)\1+/g, '$1'],
  [/e$/, ''],
]

/** How a lower-case word sounds to somebody who writes by ear; equal for neumonia and pneumonia, diarea and diarrhea. */
export function toSound(word: string): string {
  let sound = word
  for (const [pattern, replacement] of SOUNDS) sound = sound.replace(pattern, replacement)
  return sound
}

/** How many letters two words have in common at their beginning. */
export function countSharedStart(a: string, b: string): number {
  let count = 0
  while (count < a.length && count < b.length && a.charCodeAt(count) === b.charCodeAt(count)) count += 1
  return count
}
