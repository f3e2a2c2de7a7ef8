/** Durations as options name them. */
import { AecoderError } from '../index.ts'

const UNITS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const LONGEST_MS = 24 * 3_600_000

/**
 * @param option to name in the message
 * @returns milliseconds
 * @throws AecoderError USAGE
 */
export function toMilliseconds(text: string, option: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? []
  const milliseconds = Number(count) * (UNITS[unit] ?? 0)
  if (milliseconds > 0 && milliseconds <= LONGEST_MS) return milliseconds
  throw new AecoderError('USAGE', {
    where: option,
    found: JSON.stringify(text),
    expected: 'a duration up to 24h, like 500ms, 10s, 5m or 1h',
  })
}

/** As people say it: `10 s`, `5 min`. */
export function toDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`
  return milliseconds < 120_000 ? `${Math.round(milliseconds / 1000)} s` : `${Math.round(milliseconds / 60_000)} min`
}
