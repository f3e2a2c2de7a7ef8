/**
 * Tables of FlatBuffers, read where they lie. Every place is looked up within the buffer: what leads out of it throws a
 * RangeError, and no list is longer than its bytes. Source: "FlatBuffer Internals". Knows no schema.
 */

/** A field is named by its slot: 0 for the first of its table. */
export class FlatTable {
  readonly #bytes: Buffer
  readonly #at: number
  readonly #slots: number
  readonly #slotBytes: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
    this.#slots = at - bytes.readInt32LE(at)
    this.#slotBytes = bytes.readUInt16LE(this.#slots)
  }

  /** The table that a buffer holds. */
  static root(bytes: Buffer): FlatTable {
    return new FlatTable(bytes, bytes.readUInt32LE(0))
  }

  byte(slot: number, absent = 0): number {
    const at = this.#find(slot)
    return at === undefined ? absent : this.#bytes.readUInt8(at)
  }

  short(slot: number, absent = 0): number {
    const at = this.#find(slot)
    return at === undefined ? absent : this.#bytes.readInt16LE(at)
  }

  int(slot: number, absent = 0): number {
    const at = this.#find(slot)
    return at === undefined ? absent : this.#bytes.readInt32LE(at)
  }

  long(slot: number): number {
    const at = this.#find(slot)
    return at === undefined ? 0 : readLong(this.#bytes, at)
  }

  text(slot: number): string {
    const at = this.#find(slot)
    if (at === undefined) return ''
    const start = at + this.#bytes.readUInt32LE(at)
    const length = this.#bytes.readUInt32LE(start)
    if (start + 4 + length > this.#bytes.length) throw new RangeError('a text leads out of the buffer')
    return this.#bytes.toString('utf8', start + 4, start + 4 + length)
  }

  table(slot: number): FlatTable | undefined {
    const at = this.#find(slot)
    return at === undefined ? undefined : new FlatTable(this.#bytes, at + this.#bytes.readUInt32LE(at))
  }

  tables(slot: number, most: number): FlatTable[] {
    const { bytes, count, at } = this.#list(slot, 4)
    if (count > most) throw new RangeError(`${count} entries, where there are at most ${most}`)
    return Array.from({ length: count }, (_, index) => {
      const place = at + 4 * index
      return new FlatTable(bytes, place + bytes.readUInt32LE(place))
    })
  }

  /** The bytes of a list of structs, each `size` bytes long. */
  structs(slot: number, size: number): Buffer {
    const { bytes, count, at } = this.#list(slot, size)
    return bytes.subarray(at, at + count * size)
  }

  #list(slot: number, size: number): { bytes: Buffer; count: number; at: number } {
    const bytes = this.#bytes
    const at = this.#find(slot)
    if (at === undefined) return { bytes, count: 0, at: 0 }
    const start = at + bytes.readUInt32LE(at)
    const count = bytes.readUInt32LE(start)
    if (start + 4 + count * size > bytes.length) throw new RangeError('a list leads out of the buffer')
    return { bytes, count, at: start + 4 }
  }

  #find(slot: number): number | undefined {
    const place = 4 + 2 * slot
    if (place + 2 > this.#slotBytes) return undefined
    const offset = this.#bytes.readUInt16LE(this.#slots + place)
    return offset === 0 ? undefined : this.#at + offset
  }
}

/** A 64-bit number that must be a length or a place. @throws RangeError for one that is none */
export function readLong(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigInt64LE(at))
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no length`)
  return value
}
