/**
 * Thrift's compact protocol, as far as Parquet uses it: the fields that are wanted, all others passed over. Every place
 * is looked up within the buffer. Source: Apache Thrift, "Thrift Compact protocol encoding". What is damaged is a
 * RangeError.
 */

/** What is wanted of a struct: fields by their number; of a list what is wanted of each entry. */
export type Shape =
  | 'value'
  | { readonly fields: { readonly [field: number]: Shape } }
  | { readonly entries: Shape; readonly most: number }

export type ThriftValue = number | bigint | boolean | Buffer | ThriftStruct | readonly ThriftValue[]

/** Structs within structs. */
const DEEPEST = 16

/** Structs that are kept: a byte of the file may be one, and takes some hundreds of the memory. */
const MOST_STRUCTS = 1_000_000

const TYPE = {
  stop: 0,
  yes: 1,
  no: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
} as const

/** A struct's fields by their number. */
export class ThriftStruct {
  readonly #fields: ReadonlyMap<number, ThriftValue>

  constructor(fields: ReadonlyMap<number, ThriftValue>) {
    this.#fields = fields
  }

  has(field: number): boolean {
    return this.#fields.has(field)
  }

  /** A whole number of any size that is a length, a count or a place. */
  number(field: number, absent?: number): number {
    const value = this.#fields.get(field)
    const number = typeof value === 'bigint' ? Number(value) : value === undefined ? absent : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number))
      throw new RangeError(`field ${field} is no whole number`)
    return number
  }

  isTrue(field: number, absent: 'yes' | 'no'): boolean {
    const value = this.#fields.get(field)
    return value === undefined ? absent === 'yes' : value === true
  }

  text(field: number): string {
    const value = this.#fields.get(field)
    return Buffer.isBuffer(value) ? value.toString('utf8') : ''
  }

  struct(field: number): ThriftStruct | undefined {
    const value = this.#fields.get(field)
    return value instanceof ThriftStruct ? value : undefined
  }

  structs(field: number): readonly ThriftStruct[] {
    const value = this.#fields.get(field)
    return Array.isArray(value) ? value.filter((entry): entry is ThriftStruct => entry instanceof ThriftStruct) : []
  }
}

/** Reads the struct that begins a buffer. @returns it, and where it ends */
export function readStruct(bytes: Buffer, shape: Shape): { readonly struct: ThriftStruct; readonly end: number } {
  const reader = new CompactReader(bytes)
  const struct = reader.struct(shape, 0)
  if (struct === undefined) throw new RangeError('no struct is wanted')
  return { struct, end: reader.at }
}

class CompactReader {
  readonly #bytes: Buffer
  #structs = 0
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Undefined where nothing of it is wanted. */
  struct(shape: Shape | undefined, depth: number): ThriftStruct | undefined {
    if (depth > DEEPEST) throw new RangeError(`more than ${DEEPEST} structs within one another`)
    const wanted = shape !== undefined && typeof shape === 'object' && 'fields' in shape ? shape.fields : undefined
    if (wanted !== undefined && ++this.#structs > MOST_STRUCTS)
      throw new RangeError(`more than ${MOST_STRUCTS} structs`)
    const fields = new Map<number, ThriftValue>()
    let field = 0
    for (;;) {
      const head = this.#byte()
      const type = head & 15
      if (type === TYPE.stop) return wanted === undefined ? undefined : new ThriftStruct(fields)
      field = head >> 4 === 0 ? Number(this.#zigZag()) : field + (head >> 4)
      const value = this.#value(type, wanted?.[field], depth)
      if (value !== undefined && wanted?.[field] !== undefined) fields.set(field, value)
    }
  }

  #value(type: number, shape: Shape | undefined, depth: number): ThriftValue | undefined {
    switch (type) {
      case TYPE.yes:
        return true
      case TYPE.no:
        return false
      case TYPE.byte:
        return this.#byte()
      case TYPE.i16:
      case TYPE.i32:
        return Number(this.#zigZag())
      case TYPE.i64:
        return this.#zigZag()
      case TYPE.double:
        this.#pass(8)
        return 0
      case TYPE.binary: {
        const length = Number(this.#varint())
        this.#pass(length)
        return this.#bytes.subarray(this.at - length, this.at)
      }
      case TYPE.list:
      case TYPE.set:
        return this.#list(shape, depth)
      case TYPE.struct:
        return this.struct(shape, depth + 1)
      default:
        throw new RangeError(`a field of type ${type}`)
    }
  }

  #list(shape: Shape | undefined, depth: number): readonly ThriftValue[] {
    if (depth > DEEPEST) throw new RangeError(`more than ${DEEPEST} lists within one another`)
    const head = this.#byte()
    const type = head & 15
    const count = head >> 4 === 15 ? Number(this.#varint()) : head >> 4
    const wanted = shape !== undefined && typeof shape === 'object' && 'entries' in shape ? shape : undefined
    if (wanted !== undefined && count > wanted.most)
      throw new RangeError(`a list of ${count} entries, where there are at most ${wanted.most}`)
    const values: ThriftValue[] | undefined = wanted === undefined ? undefined : []
    // Each entry takes a byte at least, so a false count ends with the buffer.
    for (let index = 0; index < count; index++) {
      const isFlag = type === TYPE.yes || type === TYPE.no
      const value = isFlag ? this.#byte() === 1 : this.#value(type, wanted?.entries, depth + 1)
      if (value !== undefined) values?.push(value)
    }
    return values ?? []
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.at++)
  }

  #pass(length: number): void {
    if (length > this.#bytes.length - this.at) throw new RangeError('a field leads out of the buffer')
    this.at += length
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
      if (shift > 63n) throw new RangeError('a number of more than 64 bits')
    }
  }

  #zigZag(): bigint {
    const value = this.#varint()
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
  }
}
