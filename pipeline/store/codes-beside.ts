/** What a dictionary beside the main one shows on a row that may be but a part of its report. */
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import type { RowCode } from '../../schemas/records.ts'
import type { EffectiveCode } from './effective-codes.ts'

/**
 * The rows of a report follow its parts in the main dictionary, and a code beside stands on one of them at most, so that
 * counting rows counts each code once: a code of the whole report on part 1; those of a split on the parts of the same
 * words, what then remains in order. A split that has more codes than the report has rows shows none of them, since some
 * would look like all; the reason says so.
 */
export function toCodeBeside(
  { parts: codes }: EffectiveCode,
  row: { part: number; parts: readonly RowCode[]; dictionary: string },
): RowCode {
  const { part, parts, dictionary } = row
  const [whole] = codes
  if (codes.length === 1 && parts.length === 1) return whole
  if (codes.length > parts.length)
    return toUncoded(whole, {
      part,
      reason: `${codes.length} codes in ${dictionary}, and the report has ${parts.length === 1 ? '1 row' : `${parts.length} rows`}: split it in the main dictionary too`,
    })
  const index = toPlaces(codes, parts).indexOf(part - 1)
  const code = codes[index]
  if (code !== undefined) return { ...code, provenance: { ...code.provenance, part } }
  if (whole.path === null) return toUncoded(whole, { part, reason: whole.provenance.reason })
  const reason =
    codes.length === 1 ? 'The code is for the whole report: it stands with part 1' : 'No code is for this part'
  return toUncoded(whole, { part, reason })
}

/** Of each code the index of its row. */
function toPlaces(codes: readonly RowCode[], parts: readonly RowCode[]): number[] {
  const words = (code: RowCode) => (code.modified === null ? null : foldVerbatim(code.modified))
  const free = new Set(parts.keys())
  const places = codes.map((code) => {
    const place = words(code) === null ? -1 : parts.findIndex((part) => words(part) === words(code))
    free.delete(place)
    return place
  })
  return places.map((place) => {
    if (place >= 0) return place
    const [next = -1] = free
    free.delete(next)
    return next
  })
}

function toUncoded({ provenance }: RowCode, { part, reason }: { part: number; reason: string | null }): RowCode {
  return { path: null, modified: null, provenance: { ...provenance, part, reason } }
}
