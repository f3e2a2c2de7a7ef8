/** How well keys tell records apart: counts over a stream, in bounded memory. Knows texts; knows nothing of their meaning. */

export interface KeyCheck {
  readonly rows: number
  readonly distinct: number
  /** Rows whose key at least one other row has too. */
  readonly sharing: number
  /** True when memory ran to its bound: `distinct` and `sharing` are then lower bounds. */
  readonly isAtLeast: boolean
}

export interface KeyCounter {
  /** Takes the key of one row: its parts, in a fixed order. */
  add(parts: readonly string[]): void
  count(): KeyCheck
}

/** About 40 MB per counter. */
const MOST_KEYS = 1_000_000

/**
 * Counts keys one by one.
 * @param cap how many distinct keys are remembered; beyond it the counts are lower bounds
 */
export function toKeyCounter({ cap = MOST_KEYS }: { cap?: number } = {}): KeyCounter {
  const seen = new Set<number>()
  const repeated = new Set<number>()
  let rows = 0
  let repeats = 0
  let isAtLeast = false
  return {
    add(parts) {
      rows += 1
      const key = toHash(parts.join('\u0000'))
      if (seen.has(key)) {
        repeats += 1
        repeated.add(key)
      } else if (seen.size < cap) seen.add(key)
      else isAtLeast = true
    },
    count: () => ({ rows, distinct: seen.size, sharing: repeats + repeated.size, isAtLeast }),
  }
}

/** Counts the keys of a stream, which comes in batches of one array of parts per row. */
export async function checkKeys(
  keys: AsyncIterable<readonly (readonly string[])[]>,
  options: { cap?: number } = {},
): Promise<KeyCheck> {
  const counter = toKeyCounter(options)
  for await (const batch of keys) for (const parts of batch) counter.add(parts)
  return counter.count()
}

/**
 * 53 bits, as many as a number holds exactly: among a million keys two fall together once in about 18,000 files.
 * Two multiplicative hashes of 32 bits after "cyrb53" (bryc, public domain); quick, and no cryptography.
 */
function toHash(text: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}
