/** One tab separated file of the lexicon: bytes to cells. Knows lines, tabs and comments; knows no table's meaning. */

/** A line with cells, trimmed of nothing: what stands there is what was written. Lines count from 1. */
export interface TsvLine {
  readonly line: number
  readonly cells: readonly string[]
}

/** What is wrong with a file, for the person who writes it. */
export interface Fault {
  /** `file:line`, or the file alone. */
  readonly where: string
  readonly found: string
  readonly expected: string
}

const BYTE_ORDER_MARK = '\uFEFF'

/**
 * Lines with cells, the header first. Blank lines are passed over, and comments: a `#` alone or before a blank, and no
 * tab in the line, so that a phrase may begin with a number's placeholder (`# days`). Whatever is wrong goes to
 * `faults`, and the line with it is left out.
 */
export function parseTsv(bytes: Uint8Array, { file, faults }: { file: string; faults: Fault[] }): readonly TsvLine[] {
  const text = decode(bytes)
  if (text === undefined || text.startsWith(BYTE_ORDER_MARK)) {
    const found = text === undefined ? 'bytes that are not UTF-8' : 'a byte order mark'
    faults.push({ where: file, found, expected: 'UTF-8 without a byte order mark' })
    return []
  }
  const lines: TsvLine[] = []
  for (const [index, content] of text.split('\n').entries()) {
    if (isBlankOrComment(content)) continue
    const line = index + 1
    const cells = content.split('\t')
    const problem = findProblem(content, cells)
    if (problem === undefined) lines.push({ line, cells })
    else faults.push({ where: `${file}:${line}`, ...problem })
  }
  return lines
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function isBlankOrComment(content: string): boolean {
  return content === '' || (/^#(?: |$)/.test(content) && !content.includes('\t'))
}

function findProblem(content: string, cells: readonly string[]): Omit<Fault, 'where'> | undefined {
  if (content.endsWith('\r')) return { found: 'a carriage return', expected: 'lines that end in a line feed alone' }
  const untrimmed = cells.find((cell) => cell !== cell.trim())
  if (untrimmed === undefined) return undefined
  return { found: `a blank at an end of "${untrimmed}"`, expected: 'cells without blanks around them' }
}
