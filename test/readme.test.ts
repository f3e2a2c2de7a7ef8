/** What README.md says of verbatims is what happens to them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { autocode } from '../pipeline/autocode/autocode.ts'
import { DEFAULT_DICTIONARY, openAutocoder } from '../pipeline/coding-kits.ts'

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
const [, table = ''] = README.split('| verbatim of an adverse event | outcome |')
const ROWS = table
  .split('\n')
  .slice(2)
  .slice(0, 20)
  .map((line) => line.split('|').map((cell) => cell.trim()))
const CODER = await openAutocoder(DEFAULT_DICTIONARY.path)

test('twenty verbatims stand in the README', () => {
  expect(ROWS.filter(([, verbatim]) => verbatim !== undefined && verbatim !== '')).toHaveLength(20)
})

test.for(ROWS)('"%s%s" comes out as the README says', ([, verbatim = '', outcome, concept]) => {
  const result = autocode(verbatim, CODER)
  expect([result.outcome, result.candidates[0]?.path.at(-2)?.text]).toEqual([outcome, concept])
  expect(result.reason).not.toBe('')
})
