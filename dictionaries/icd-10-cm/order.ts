/**
 * The order file of an ICD-10-CM release: one line per code, headers among them, in fixed columns. Knows the columns;
 * knows nothing of the hierarchy.
 */

import { toTreeDamage } from '../tree/tree-node.ts'
import { isBareCode, toDottedCode } from './code.ts'

/** The codes of one file, in its order; the code at index i stands on line `firstLine + i`. */
export interface OrderFile {
  readonly file: string
  /** With the dot. */
  readonly codes: readonly string[]
  /** The long titles. */
  readonly titles: readonly string[]
  /** 1 for a code that can be billed, 0 for a header. */
  readonly billable: Uint8Array
}

/** The columns that the blanks between the fields stand in, from 1 (readme of the CMS code descriptions in tabular order). */
const BLANKS = [6, 14, 16, 77] as const
const LONG_TITLE = 78

/**
 * Reads the file's text: columns 1-5 order number, 7-13 code without dot, 15 flag, 17-76 short title, 78 on long title.
 * @throws AecoderError DICTIONARY_DAMAGED with the line of the first thing that breaks the layout, or of a code that comes again
 */
export function parseOrderFile(text: string, file: string): OrderFile {
  const codes: string[] = []
  const titles: string[] = []
  const flags: number[] = []
  const lineByCode = new Map<string, number>()
  let line = 0
  for (let start = text.startsWith('\ufeff') ? 1 : 0; start < text.length; ) {
    line += 1
    const lineFeed = text.indexOf('\n', start)
    const end = lineFeed === -1 ? text.length : lineFeed
    const record = text.slice(start, end).trimEnd()
    start = end + 1
    if (record === '') {
      if (text.slice(start).trim() === '') break
      throw toOrderDamage({ file, line }, { found: 'an empty line', expected: 'a code on each line' })
    }
    const { bare, flag, title } = parseRecord(record, { file, line })
    const before = lineByCode.get(bare)
    if (before !== undefined) {
      const found = `code ${bare} again, first on line ${before}`
      throw toOrderDamage({ file, line }, { found, expected: 'each code once' })
    }
    lineByCode.set(bare, line)
    codes.push(toDottedCode(bare))
    titles.push(title)
    flags.push(flag)
  }
  if (codes.length === 0) throw toOrderDamage({ file, line: 1 }, { found: 'no code', expected: 'a code on each line' })
  return { file, codes, titles, billable: Uint8Array.from(flags) }
}

function parseRecord(record: string, place: Place): { bare: string; flag: 0 | 1; title: string } {
  if (record.length < LONG_TITLE) {
    const expected = `at least ${LONG_TITLE}: order number, code, flag, short title, long title in fixed columns`
    throw toOrderDamage(place, { found: `a line of ${record.length} characters`, expected })
  }
  const wrong = BLANKS.find((column) => record[column - 1] !== ' ')
  if (wrong !== undefined) {
    const found = `${JSON.stringify(record[wrong - 1])} in column ${wrong}`
    throw toOrderDamage(place, {
      found,
      expected: `a blank: fields stand in fixed columns, with blanks in ${BLANKS.join(', ')}`,
    })
  }
  const order = record.slice(0, 5)
  if (!/^\d{5}$/.test(order))
    throw toOrderDamage(place, {
      found: `order number ${JSON.stringify(order)}`,
      expected: 'five digits in columns 1-5',
    })
  const bare = record.slice(6, 13).trimEnd()
  if (!isBareCode(bare)) {
    const expected = 'three to seven characters in columns 7-13, without the dot: a letter, a digit, letters or digits'
    throw toOrderDamage(place, { found: `code ${JSON.stringify(bare)}`, expected })
  }
  const flag = record[14]
  if (flag !== '0' && flag !== '1') {
    const found = `flag ${JSON.stringify(flag)} for code ${bare}`
    throw toOrderDamage(place, { found, expected: '0 for a header or 1 for a code that can be billed, in column 15' })
  }
  const title = record.slice(LONG_TITLE - 1)
  if (title.includes('\ufffd')) {
    const found = 'the replacement character U+FFFD: a letter was lost in a conversion'
    throw toOrderDamage(place, { found, expected: 'the text as released' })
  }
  return { bare, flag: flag === '1' ? 1 : 0, title: title.trim() }
}

interface Place {
  readonly file: string
  readonly line: number
}

function toOrderDamage(place: Place, { found, expected }: { found: string; expected: string }) {
  return toTreeDamage(place, { found, expected, action: 'Get the order file again and load it unchanged' })
}
