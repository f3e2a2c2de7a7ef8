import { expect, test } from 'vitest'
import { listMatching } from '../../pipeline/storage/glob.ts'

const names = ['AE.csv', 'ae.csv', 'ae.csv.bak', 'ae[1].csv', 'in/2026/ae.csv', 'in/ae.csv', 'in/ae1.csv', 'in/aé.csv']

test.each([
  [['ae.csv'], ['ae.csv']],
  [['*.csv'], ['AE.csv', 'ae.csv', 'ae[1].csv']],
  [['in/*.csv'], ['in/ae.csv', 'in/ae1.csv', 'in/aé.csv']],
  [['in/ae?.csv'], ['in/ae1.csv']],
  [['in/a?.csv'], ['in/ae.csv', 'in/aé.csv']],
  [['**/ae.csv'], ['ae.csv', 'in/2026/ae.csv', 'in/ae.csv']],
  [['in/**/ae.csv'], ['in/2026/ae.csv', 'in/ae.csv']],
  [['in/**'], ['in/2026/ae.csv', 'in/ae.csv', 'in/ae1.csv', 'in/aé.csv']],
  [['**'], names],
  [['ae[1].csv'], ['ae[1].csv']],
  [['./in/ae.csv'], ['in/ae.csv']],
  [['*'], ['AE.csv', 'ae.csv', 'ae.csv.bak', 'ae[1].csv']],
  [['in?ae.csv'], []],
  [['aeXcsv', 'e.csv', 'ae'], []],
  [[], []],
])('the patterns %j choose %j', (patterns, expected) => {
  expect(listMatching(names, patterns)).toEqual(expected)
})

test('a name that fits two patterns is chosen once, in the order of the names', () => {
  expect(listMatching(['a.csv', 'b.csv'], ['b.*', '*.csv', 'a.csv'])).toEqual(['a.csv', 'b.csv'])
})

test('letters with accents fit however they are put together', () => {
  const name = 'Prüfung/Événements.csv'
  for (const form of ['NFC', 'NFD'] as const)
    for (const other of ['NFC', 'NFD'] as const)
      expect(listMatching([name.normalize(form), 'a.csv'], ['Prüfung/É*.csv'.normalize(other)])).toEqual([
        name.normalize(form),
      ])
})
