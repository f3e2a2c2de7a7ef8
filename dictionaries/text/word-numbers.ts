/**
 * Numbers for the words of many texts, met in the texts without being cut out of them: cutting out and hashing each word
 * was most of what an index costs. Knows blanks; knows no language.
 */

const BLANK = 32

export class WordNumbers {
  /** In the order in which they were met first: the word of each number. */
  readonly words: string[] = []
  /** Where the word that was taken last ends. */
  end = 0
  /** By hash the number of a word plus one, 0 for none; a taken place leads to the next one. At most half of it is used. */
  #places = new Int32Array(1 << 12)
  /** By number. */
  #hashes = new Int32Array(1 << 11)

  /** The number of the word that begins at a place of a text and goes on to the next blank; a new one for a new word. */
  take(text: string, from: number): number {
    let hash = 0x811c9dc5 // FNV-1a over UTF-16 units
    let to = from
    for (; to < text.length; to += 1) {
      const unit = text.charCodeAt(to)
      if (unit === BLANK) break
      hash = Math.imul(hash ^ unit, 0x01000193)
    }
    this.end = to
    const mask = this.#places.length - 1
    let place = toPlace(hash, mask)
    for (let next = this.#places[place] as number; next !== 0; next = this.#places[place] as number) {
      if (this.#hashes[next - 1] === hash && isAt(this.words[next - 1] as string, text, from, to)) return next - 1
      place = (place + 1) & mask
    }
    const number = this.words.push(text.slice(from, to)) - 1
    if (number === this.#hashes.length) {
      this.#grow()
      this.#hashes[number] = hash
      this.#enter(number)
    } else {
      this.#hashes[number] = hash
      this.#places[place] = number + 1
    }
    return number
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    this.#places = new Int32Array(hashes.length * 2)
    for (let number = 0; number < this.words.length - 1; number += 1) this.#enter(number)
  }

  #enter(number: number): void {
    const mask = this.#places.length - 1
    let place = toPlace(this.#hashes[number] as number, mask)
    while (this.#places[place] !== 0) place = (place + 1) & mask
    this.#places[place] = number + 1
  }
}

/** The last letters of a word hardly reach the low bits of its hash. */
function toPlace(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask
}

function isAt(word: string, text: string, from: number, to: number): boolean {
  if (word.length !== to - from) return false
  for (let i = 0; i < word.length; i += 1) if (word.charCodeAt(i) !== text.charCodeAt(from + i)) return false
  return true
}
