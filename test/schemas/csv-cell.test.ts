/** Cells that spreadsheets may open: nothing in them is calculated, and every text comes back as it was. */
import { expect, test } from 'vitest'
import { fromSafeCell, toSafeCell, toSafeCsv } from '../../schemas/csv-cell.ts'

const CELLS: readonly (readonly [text: string, cell: string])[] = [
  ['headache', 'headache'],
  ['=HYPERLINK("http://x")', `'=HYPERLINK("http://x")`],
  ['+ve blood culture', "'+ve blood culture"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', "'\r=1"],
  ['＝1+1', "'＝1+1"],
  ["'=1", "''=1"],
  ["'quoted'", "'quoted'"],
  ['', ''],
]

test.each(CELLS)('%j stands in a cell as %j and comes back', (text, cell) => {
  expect(toSafeCell(text)).toBe(cell)
  expect(fromSafeCell(cell)).toBe(text)
})

test('a file is quoted where need be, and its header is made safe as well', () => {
  expect(toSafeCsv(['verbatim', '=x'], [['a "b", c', '-2']])).toBe(`\ufeffverbatim,'=x\r\n"a ""b"", c",'-2\r\n`)
})
