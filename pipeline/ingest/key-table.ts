/** A number for each of many ids, in little memory: 20 bytes a place, 28 to 40 MB for a million ids. Knows no meaning. */

/** Ids are content ids: hex digits that are as good as random. 104 of their bits tell them apart. */
export class KeyTable {
  #first = new Float64Array(1024)
  #second = new Float64Array(1024)
  /** 0 where nothing stands. */
  #values = new Uint32Array(1024)
  #size = 0

  get(id: string): number {
    return this.#values[this.#find(toHalf(id, 0), toHalf(id, 1))] ?? 0
  }

  /** @param value 1 or more, less than 2^32 */
  set(id: string, value: number): void {
    if (this.#size * 10 >= this.#values.length * 7) this.#grow()
    const [first, second] = [toHalf(id, 0), toHalf(id, 1)]
    const place = this.#find(first, second)
    if (this.#values[place] === 0) this.#size++
    this.#first[place] = first
    this.#second[place] = second
    this.#values[place] = value
  }

  /** Counts an id once more. @returns how often it has been counted */
  add(id: string): number {
    const count = this.get(id) + 1
    this.set(id, count)
    return count
  }

  /** The place of an id, or the free one where it belongs. */
  #find(first: number, second: number): number {
    const last = this.#values.length - 1
    let place = first & last
    while (this.#values[place] !== 0 && (this.#first[place] !== first || this.#second[place] !== second))
      place = (place + 1) & last
    return place
  }

  #grow(): void {
    const [first, second, values] = [this.#first, this.#second, this.#values]
    this.#first = new Float64Array(values.length * 2)
    this.#second = new Float64Array(values.length * 2)
    this.#values = new Uint32Array(values.length * 2)
    for (const [from, value] of values.entries()) {
      if (value === 0) continue
      const place = this.#find(first[from] ?? 0, second[from] ?? 0)
      this.#first[place] = first[from] ?? 0
      this.#second[place] = second[from] ?? 0
      this.#values[place] = value
    }
  }
}

/** 13 hex digits: 52 bits, which a number holds exactly. */
function toHalf(id: string, half: 0 | 1): number {
  return Number.parseInt(id.slice(half * 13, half * 13 + 13), 16)
}
