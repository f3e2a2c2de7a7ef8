/** One column of one record batch, built value by value. Knows Arrow's memory layout; knows no file and no dataset. */
import { type Data, type DataType, Float64, Int32, makeData, Utf8 } from 'apache-arrow'
import type { Column } from './columns.ts'

/**
 * Collects up to `capacity` values and hands them over as Arrow data. The buffers are used again after `reset`,
 * so what `toData` gave must be copied by then.
 */
export interface ColumnBuilder<Row> {
  readonly type: DataType
  append(rows: readonly Row[], start: number, end: number): void
  toData(): Data
  reset(): void
}

export function toColumnBuilder<Row>(column: Column<Row>, capacity: number): ColumnBuilder<Row> {
  return column.kind === 'text' ? toTextBuilder(column, capacity) : toNumberBuilder(column, capacity)
}

/** Below this length writing byte by byte beats the call into the runtime's encoder. */
const SHORT_TEXT = 48
const FIRST_BYTES = 16 * 1024
/** Offsets of Utf8 are 32 bits wide. */
const MOST_BYTES = 0x7fffffff

function toTextBuilder<Row>(column: Extract<Column<Row>, { kind: 'text' }>, capacity: number): ColumnBuilder<Row> {
  const type = new Utf8()
  const valid = new Uint8Array((capacity + 7) >> 3)
  const offsets = new Int32Array(capacity + 1)
  let bytes = Buffer.alloc(FIRST_BYTES)
  let length = 0
  let nullCount = 0
  let used = 0

  const grow = (needed: number) => {
    if (needed > MOST_BYTES) throw new Error(`${column.name}: more than 2 GiB of text in one batch`)
    const larger = Buffer.alloc(Math.min(Math.max(needed, bytes.byteLength * 2), MOST_BYTES))
    larger.set(bytes.subarray(0, used))
    bytes = larger
  }
  /** Writes the text at `used`; returns how many bytes it took. Half a surrogate pair has no UTF-8: it becomes U+FFFD. */
  const encode = (text: string): number => {
    // One UTF-16 unit takes three bytes at most.
    if (used + text.length * 3 > bytes.byteLength) grow(used + text.length * 3)
    if (text.length > SHORT_TEXT) return bytes.write(text, used, 'utf8')
    const [target, at] = [bytes, used]
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) return target.write(text, at, 'utf8')
      target[at + index] = unit
    }
    return text.length
  }
  return {
    type,
    append(rows, start, end) {
      for (let index = start; index < end; index++) {
        const value = column.pick(rows[index] as Row)
        if (value === null) nullCount++
        else {
          setBit(valid, length)
          used += encode(value)
        }
        offsets[++length] = used
      }
    },
    toData: () =>
      makeData({
        type,
        length,
        nullCount,
        nullBitmap: valid,
        valueOffsets: offsets.subarray(0, length + 1),
        data: bytes.subarray(0, used),
      }),
    reset() {
      valid.fill(0)
      length = nullCount = used = 0
    },
  }
}

function toNumberBuilder<Row>(
  column: Extract<Column<Row>, { kind: 'integer' | 'number' }>,
  capacity: number,
): ColumnBuilder<Row> {
  const isInteger = column.kind === 'integer'
  const valid = new Uint8Array((capacity + 7) >> 3)
  const values = isInteger ? new Int32Array(capacity) : new Float64Array(capacity)
  let length = 0
  let nullCount = 0
  return {
    type: isInteger ? new Int32() : new Float64(),
    append(rows, start, end) {
      for (let index = start; index < end; index++) {
        const value = column.pick(rows[index] as Row)
        if (value === null) {
          nullCount++
          values[length++] = 0
          continue
        }
        // A typed array would wrap it around without a word.
        if (isInteger && value !== (value | 0)) throw new Error(`${column.name}: ${value} is no 32-bit whole number`)
        setBit(valid, length)
        values[length++] = value
      }
    },
    toData: () =>
      values instanceof Int32Array
        ? makeData({ type: new Int32(), length, nullCount, nullBitmap: valid, data: values.subarray(0, length) })
        : makeData({ type: new Float64(), length, nullCount, nullBitmap: valid, data: values.subarray(0, length) }),
    reset() {
      valid.fill(0)
      length = nullCount = 0
    },
  }
}

function setBit(bits: Uint8Array, index: number): void {
  const place = index >> 3
  bits[place] = (bits[place] ?? 0) | (1 << (index & 7))
}
