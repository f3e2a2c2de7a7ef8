/** A set of small whole numbers, a bit each: a million occurrences seen are 125 kB. */
export class Bitmap {
  #bits = new Uint8Array(1 << 16)
  has(n: number): boolean {
    return ((this.#bits[n >> 3] ?? 0) & (1 << (n & 7))) !== 0
  }
  add(n: number): void {
    if (n >> 3 >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(this.#bits.length * 2, (n >> 3) + 1))
      grown.set(this.#bits)
      this.#bits = grown
    }
    this.#bits[n >> 3] = (this.#bits[n >> 3] ?? 0) | (1 << (n & 7))
  }
}
