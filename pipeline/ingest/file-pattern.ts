/** How study.json names a file that is called otherwise in the next transfer. Knows names only. */

/** A date, alone or with a time, as systems put it into the names of what they write: `_2026-03-02_1010`, `20260302T101500`. */
const STAMP =
  /(?<!\d)(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:[-_.T ]?(?:[01]\d|2[0-3])[-_.:h]?[0-5]\d(?:[-_.:]?[0-5]\d)?)?(?!\d)/g

/** Of these names the first two that differ in dates and times alone: exports of the same thing at two moments. */
export function findTwins(names: readonly string[]): readonly [string, string] | undefined {
  const met = new Map<string, string>()
  for (const name of names) {
    const pattern = toStamped(name)
    const twin = met.get(pattern)
    if (twin !== undefined) return [twin, name]
    met.set(pattern, name)
  }
  return undefined
}

/** Whether a part of a name may hold the date of what was exported: the file's own, and an archive's. A folder is a transfer. */
export function isDatedPart(part: string, index: number, parts: readonly string[]): boolean {
  return index === parts.length - 1 || /\.zip$/i.test(part)
}

/** A name with `*` for each date and time; folders keep their names. */
function toStamped(name: string): string {
  return name
    .split('/')
    .map((part, index, parts) => (isDatedPart(part, index, parts) ? part.replace(STAMP, '*') : part))
    .join('/')
}

/**
 * A file's name with `*` for the dates and times in it.
 * @param name as study.json names it; folders keep their names
 * @param others the names of all files of the export
 * @returns undefined where the name holds none, or where another file would have the pattern too
 */
export function toFilePattern(name: string, others: readonly string[]): string | undefined {
  const pattern = toStamped(name)
  // In a pattern these characters would stand for more than themselves.
  if (pattern === name || /[*?]/.test(name)) return undefined
  const parts = pattern.split('*').map((part) => part.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
  const test = new RegExp(`^${parts.join('[^/]*')}$`, 's')
  return others.filter((other) => test.test(other)).length === 1 ? pattern : undefined
}
