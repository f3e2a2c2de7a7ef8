import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Codec, decompress } from '../../pipeline/formats/decompress.ts'

const unpack = (codec: Codec, bytes: readonly number[], length: number) =>
  decompress(codec, Buffer.from(bytes), length).toString('latin1')
const a = 0x61

describe('what is packed by hand', () => {
  // A literal `abc`, then a match that overlaps itself, then the last literals.
  const block = [0x35, a, a + 1, a + 2, 3, 0, 0x20, a, a]
  test.each<[string, Codec, readonly number[], string]>([
    ['an LZ4 block', 'LZ4_BLOCK', block, 'abcabcabcabcaa'],
    [
      'an LZ4 frame of two blocks, one of them as it is',
      'LZ4_FRAME',
      [4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, block.length, 0, 0, 0, ...block, 2, 0, 0, 0x80, a, a, 0, 0, 0, 0],
      'abcabcabcabcaaaa',
    ],
    [
      'Snappy: a literal and two matches',
      'SNAPPY',
      [10, 2 << 2, a, a + 1, a + 2, 1, 3, (2 << 2) | 2, 3, 0],
      'abcabcaabc'.slice(0, 10),
    ],
  ])('%s comes out', (_, codec, bytes, expected) => {
    expect(unpack(codec, bytes, expected.length)).toBe(codec === 'SNAPPY' ? 'abcabcabca' : expected)
  })
})

describe('what leads out of its buffer', () => {
  const HEAD = [4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0]
  test.each<[string, Codec, Iterable<number>, RegExp]>([
    ['an LZ4 literal', 'LZ4_BLOCK', [0xf0, 255, 255, 255], /an LZ4 length is cut off/],
    ['an LZ4 literal that is cut off', 'LZ4_BLOCK', [0x50, a], /an LZ4 literal is cut off/],
    ['an LZ4 match from before the start', 'LZ4_BLOCK', [0x10, a, 9, 0], /a match leads out/],
    ['an LZ4 match of nothing', 'LZ4_BLOCK', [0x10, a, 0, 0], /a match leads out/],
    ['an LZ4 match beyond the end', 'LZ4_BLOCK', [0x1f, a, 1, 0, 255, 255, 0], /a match leads out/],
    ['an LZ4 frame without magic', 'LZ4_FRAME', [0, 0, 0, 0], /no LZ4 frame/],
    ['an LZ4 block that is cut off', 'LZ4_FRAME', [...HEAD, 99, 0, 0, 0], /an LZ4 block is cut off/],
    [
      'an LZ4 block as it is, of more bytes',
      'LZ4_FRAME',
      [...HEAD, 9, 0, 0, 0x80, ...Buffer.alloc(9, a), 0, 0, 0, 0],
      /more than was announced/,
    ],
    ['Snappy of another length', 'SNAPPY', [99, 0], /99 bytes announced, 8 expected/],
    ['a Snappy literal that is cut off', 'SNAPPY', [8, 7 << 2, a], /a Snappy literal is cut off/],
    ['a Snappy match from before the start', 'SNAPPY', [8, 0, a, 1, 9], /a match leads out/],
    ['a Snappy length without end', 'SNAPPY', [255, 255, 255, 255, 255, 255], /no Snappy length/],
    ['GZIP that is none', 'GZIP', [1, 2, 3], /incorrect header check/],
    ['ZSTD that is none', 'ZSTD', [1, 2, 3], /./],
    ['GZIP of fewer bytes', 'GZIP', gzipSync('abc'), /3 bytes unpacked, 8 expected/],
    ['GZIP of very many bytes', 'GZIP', gzipSync(Buffer.alloc(100_000_000)), /larger than 8 bytes/],
  ])('%s is an error', (_, codec, bytes, message) => {
    expect(() => unpack(codec, [...bytes], 8)).toThrow(message)
  })
})
