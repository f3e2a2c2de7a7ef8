/** What lies in an inbox, by its listing alone. */
import { expect, test } from 'vitest'
import { type ArrivalRules, viewInbox } from '../pipeline/watch-arrivals.ts'
import type { FileLook } from '../schemas/files.ts'

const RULES: ArrivalRules = {
  sources: [{ files: ['ae.csv'], transfer: 'snapshot' }],
  markers: ['_COMPLETE', '.done'],
  settle: Infinity,
}

const toLook = (name: string, arrived = 1000): FileLook => ({
  name,
  bytes: 1,
  modified: 0,
  arrived,
  mark: String(arrived),
  kind: 'file',
})

/** Each transfer with its state and the files that a run is to read. */
function view(looks: readonly FileLook[], rules: Partial<ArrivalRules> = {}): string[] {
  const { arrivals, strays } = viewInbox(looks, { rules: { ...RULES, ...rules }, seen: new Map(), at: 0 })
  return [
    ...arrivals.map(({ name, state, only }) => `${name} ${state.kind}: ${only.join(' ')}`),
    ...strays.map(({ name }) => `${name} stray`),
  ]
}

test('a marker that came in the same moment as its data, as far as the clock tells, marks it', () => {
  expect(view([toLook('a/ae.csv'), toLook('a/_COMPLETE')])).toEqual(['a whole: ae.csv'])
  expect(view([toLook('a/ae.csv', 1001), toLook('a/_COMPLETE')])).toEqual(['a lacking: ae.csv'])
})

test('of several markers the one that came last counts', () => {
  const looks = [toLook('a/ae.csv'), toLook('a/_COMPLETE', 900), toLook('a/.done', 1100)]
  expect(view(looks)).toEqual(['a whole: ae.csv'])
})

test('hidden folders are nobody’s transfer', () => {
  expect(view([toLook('.moving/ae.csv'), toLook('.moving/_COMPLETE')])).toEqual([])
})

test('a loose archive is a transfer where a pattern reaches into it', () => {
  const rules = { sources: [{ files: ['export.zip/ae.csv'], transfer: 'snapshot' }] as const }
  expect(view([toLook('export.zip'), toLook('export.zip.done')], rules)).toEqual(['export.zip whole: export.zip'])
})

test('loose files are whole without those that need not come', () => {
  const sources = [
    { files: ['ae.csv'], transfer: 'snapshot' },
    { files: ['mh.csv'], transfer: 'delta' },
  ] as const
  expect(view([toLook('ae.csv'), toLook('ae.csv.done')], { sources })).toEqual(['files whole: ae.csv'])
  expect(view([toLook('mh.csv'), toLook('mh.csv.done')], { sources })).toEqual(['files lacking: mh.csv'])
})
