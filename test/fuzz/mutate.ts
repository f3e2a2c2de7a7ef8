/** Inputs for readers: real shapes, damaged in the ways files are, and bytes that are no file at all. */
/** Numbers from 0 (included) to 1 (excluded). */
type Random = () => number

/** Longer inputs only take longer. */
const LONGEST = 64 * 1024

/** Bytes that mean something somewhere: ends, quotes, markers, sizes at the borders of their types. */
const TOKENS: readonly Buffer[] = [
  '"',
  '""',
  '\\"',
  ',',
  ';',
  '\t',
  '\r\n',
  '\r',
  '\n',
  '\0',
  '<',
  '>',
  '</',
  '<!--',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>',
  '&a;',
  '&#x0;',
  '&#1114112;',
  '<?xml version="1.0" encoding="utf-16"?>',
  '{',
  '}',
  '[',
  ']',
  ':',
  'null',
  '1e999',
  '-',
  '__proto__',
  '\u{1F600}',
  '\uFEFF',
  'PAR1',
  'ARROW1',
  'PK\u0003\u0004',
  'HEADER RECORD*******',
]
  .map((text) => Buffer.from(text))
  .concat(
    [
      [0xff, 0xff, 0xff, 0xff],
      [0xff, 0xff, 0xff, 0x7f],
      [0, 0, 0, 0x80],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0xff, 0xfe],
      [0xfe, 0xff],
      [0xc3, 0x28],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
    ].map((bytes) => Buffer.from(bytes)),
  )

/** One input: mostly a seed with one to eight damages, at times pieces of two seeds, at times chance alone. */
export function toInput(seeds: readonly Buffer[], random: Random): Buffer {
  const lot = random()
  if (lot < 0.05) return toNoise(random)
  let bytes = pick(seeds, random) ?? Buffer.alloc(0)
  if (lot < 0.15) {
    const other = pick(seeds, random) ?? bytes
    bytes = Buffer.concat([bytes.subarray(0, toPlace(bytes, random)), other.subarray(toPlace(other, random))])
  }
  if (lot < 0.25) return bytes.subarray(0, toPlace(bytes, random))
  for (let times = 1 + Math.floor(random() ** 3 * 8); times > 0; times -= 1) bytes = damage(bytes, random)
  return bytes.subarray(0, LONGEST)
}

function damage(bytes: Buffer, random: Random): Buffer {
  const at = toPlace(bytes, random)
  const length = 1 + Math.floor(random() ** 3 * 64)
  switch (Math.floor(random() * 7)) {
    case 0: {
      const changed = Buffer.from(bytes)
      if (changed.length > 0) changed[at % changed.length] = Math.floor(random() * 256)
      return changed
    }
    case 1: {
      const changed = Buffer.from(bytes)
      const place = at % Math.max(1, changed.length)
      if (changed.length > 0) changed[place] = (changed[place] ?? 0) ^ (1 << Math.floor(random() * 8))
      return changed
    }
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    case 3:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])
    case 4:
      return Buffer.concat([bytes.subarray(0, at), pick(TOKENS, random) ?? Buffer.alloc(0), bytes.subarray(at)])
    case 5: {
      const token = pick(TOKENS, random) ?? Buffer.alloc(0)
      return Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at + token.length)])
    }
    default: {
      const from = toPlace(bytes, random)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + length * 8), bytes.subarray(at)])
    }
  }
}

function toNoise(random: Random): Buffer {
  const bytes = Buffer.alloc(Math.floor(random() ** 2 * 4096))
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256)
  return bytes
}

function toPlace(bytes: Buffer, random: Random): number {
  return Math.floor(random() * (bytes.length + 1))
}

function pick<T>(list: readonly T[], random: Random): T | undefined {
  return list[Math.floor(random() * list.length)]
}
