/** Text for terminals: columns that line up, numbers to the right, nothing that a hostile verbatim could steer. */
import type { TermPath } from '../../schemas/terms.ts'
import type { RedactedCounts } from '../index.ts'

/** Control characters would move the cursor or recolour the screen: they are shown, not obeyed. */
export function toVisible(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' ? '⏎' : character === '\t' ? '⇥' : '�',
  )
}

/** @param rows cells; numbers stand to the right, texts are cut to `widest` */
export function toTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { widest = 48 }: { widest?: number } = {},
): string {
  const cells = [header, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : toCut(toVisible(cell), widest))),
  )
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  return cells
    .map((row, index) =>
      row
        .map((cell, column) => {
          const isNumber =
            index === 0 ? typeof rows[0]?.[column] === 'number' : typeof rows[index - 1]?.[column] === 'number'
          return isNumber ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function toCut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

/** A text as it must be quoted to be typed into a shell. */
export function toShellWord(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : /["$`\\!\n]/.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`
}

/** The codes of a decision, as one cell or line shows them: `Headache (101) + Nausea (102)`. */
export function toCodes(paths: readonly TermPath[]): string {
  return paths.map((path) => `${path.at(-1)?.text} (${path.at(-1)?.code})`).join(' + ')
}

/** What to do about hidden words that the data still hold; undefined where there are none. */
export function toRedactedLine({ terms, occurrences }: RedactedCounts): string | undefined {
  if (terms === 0) return undefined
  return `${toCount(terms, 'term')} with hidden words still in the data (${toCount(occurrences, 'record')}): ask the site to correct them`
}

export function toCount(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}
