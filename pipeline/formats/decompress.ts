/**
 * Compressed buffers of Arrow and Parquet, unpacked to a length that is known before: never more is written. Knows the
 * codecs' byte formats; knows nothing of what is in the buffers. What is wrong is an Error: who calls knows the place.
 */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'

export type Codec = 'LZ4_FRAME' | 'LZ4_BLOCK' | 'ZSTD' | 'GZIP' | 'BROTLI' | 'SNAPPY'

/**
 * @param length bytes that must come out
 * @throws Error when other than that comes out, or the input is damaged
 */
export function decompress(codec: Codec, input: Buffer, length: number): Buffer {
  const output = unpack(codec, input, length)
  if (output.length !== length) throw new Error(`${output.length} bytes unpacked, ${length} expected`)
  return output
}

function unpack(codec: Codec, input: Buffer, length: number): Buffer {
  // Node refuses a limit of 0.
  const limit = { maxOutputLength: Math.max(1, length) }
  switch (codec) {
    case 'ZSTD':
      return zstdDecompressSync(input, limit)
    case 'GZIP':
      return gunzipSync(input, limit)
    case 'BROTLI':
      return brotliDecompressSync(input, limit)
    case 'LZ4_FRAME':
      return unpackLz4Frame(input, length)
    case 'LZ4_BLOCK': {
      const output = Buffer.alloc(length)
      return output.subarray(0, unpackLz4Block(input, output, 0))
    }
    case 'SNAPPY':
      return unpackSnappy(input, length)
  }
}

const LZ4_MAGIC = 0x184d2204

/** Source: LZ4 frame format 1.6. Checksums are passed over. */
function unpackLz4Frame(input: Buffer, length: number): Buffer {
  const output = Buffer.alloc(length)
  if (input.readUInt32LE(0) !== LZ4_MAGIC) throw new Error('no LZ4 frame')
  const flags = input[4] ?? 0
  const hasBlockChecksums = (flags & 0x10) !== 0
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4)
  let written = 0
  for (;;) {
    const size = input.readUInt32LE(at)
    at += 4
    if (size === 0) return output.subarray(0, written)
    const end = at + (size & 0x7fffffff)
    if (end > input.length) throw new Error('an LZ4 block is cut off')
    const block = input.subarray(at, end)
    if (size >= 0x80000000) {
      if (written + block.length > length) throw new Error('more than was announced')
      written += block.copy(output, written)
    } else written = unpackLz4Block(block, output, written)
    at = end + (hasBlockChecksums ? 4 : 0)
  }
}

/** Source: LZ4 block format. @returns where the output ends */
function unpackLz4Block(input: Buffer, output: Buffer, from: number): number {
  let written = from
  for (let at = 0; at < input.length; ) {
    const token = input[at++] ?? 0
    let literals = token >> 4
    if (literals === 15) [literals, at] = readLz4Length(input, at, literals)
    if (at + literals > input.length || written + literals > output.length) throw new Error('an LZ4 literal is cut off')
    input.copy(output, written, at, at + literals)
    at += literals
    written += literals
    if (at === input.length) return written
    const offset = input.readUInt16LE(at)
    at += 2
    let match = token & 15
    if (match === 15) [match, at] = readLz4Length(input, at, match)
    written = copyMatch(output, { written, offset, length: match + 4 })
  }
  return written
}

function readLz4Length(input: Buffer, from: number, base: number): [length: number, at: number] {
  let length = base
  for (let at = from; at < input.length; at++) {
    const byte = input[at] ?? 0
    length += byte
    if (byte !== 255) return [length, at + 1]
  }
  throw new Error('an LZ4 length is cut off')
}

/** Source: Snappy format description. */
function unpackSnappy(input: Buffer, length: number): Buffer {
  let at = 0
  let announced = 0
  for (let shift = 0; ; shift += 7) {
    const byte = input.readUInt8(at++)
    announced += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
    if (shift > 28) throw new Error('no Snappy length')
  }
  if (announced !== length) throw new Error(`${announced} bytes announced, ${length} expected`)
  const output = Buffer.alloc(length)
  let written = 0
  while (at < input.length) {
    const tag = input[at++] ?? 0
    if ((tag & 3) === 0) {
      let literal = tag >> 2
      if (literal >= 60) {
        const bytes = literal - 59
        literal = input.readUIntLE(at, bytes)
        at += bytes
      }
      literal++
      if (at + literal > input.length || written + literal > length) throw new Error('a Snappy literal is cut off')
      input.copy(output, written, at, at + literal)
      at += literal
      written += literal
    } else if ((tag & 3) === 1) {
      const offset = ((tag & 0xe0) << 3) | input.readUInt8(at++)
      written = copyMatch(output, { written, offset, length: ((tag >> 2) & 7) + 4 })
    } else {
      const wide = (tag & 3) === 3
      const offset = wide ? input.readUInt32LE(at) : input.readUInt16LE(at)
      at += wide ? 4 : 2
      written = copyMatch(output, { written, offset, length: (tag >> 2) + 1 })
    }
  }
  return output.subarray(0, written)
}

/** Repeats what was written before; the two may overlap. */
function copyMatch(
  output: Buffer,
  { written, offset, length }: { written: number; offset: number; length: number },
): number {
  if (offset === 0 || offset > written || written + length > output.length)
    throw new Error('a match leads out of the buffer')
  if (offset >= length) output.copy(output, written, written - offset, written - offset + length)
  else for (let index = 0; index < length; index++) output[written + index] = output[written + index - offset] ?? 0
  return written + length
}
