import { expect, test } from 'vitest'
import {
  checkStudies,
  countSuspiciouslyMissing,
  countSuspiciouslyRekeyed,
  listStructureChanges,
  toTransferStructure,
} from '../../pipeline/review/transfer-rules.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { FileStructure } from '../../schemas/transfers.ts'

const GUARD = { withdrawn: 0.25, rekeyed: 0.05 }

for (const [says, counts, guard, suspicious] of [
  ['a quarter of many', { known: 80, missing: 20 }, GUARD, 0],
  ['more than a quarter of many', { known: 79, missing: 20 }, GUARD, 20],
  ['nineteen of twenty', { known: 20, missing: 19 }, GUARD, 19],
  ['half of few', { known: 38, missing: 19 }, GUARD, 0],
  ['five of nine', { known: 9, missing: 5 }, GUARD, 5],
  ['five of fifteen', { known: 15, missing: 5 }, GUARD, 0],
  ['four of seven', { known: 7, missing: 4 }, GUARD, 0],
  ['more than half of few, where the study lets more go', { known: 20, missing: 15 }, { ...GUARD, withdrawn: 0.75 }, 0],
  ['half of few, where the study lets less go', { known: 10, missing: 5 }, { ...GUARD, withdrawn: 0.1 }, 0],
  ['all of five', { known: 5, missing: 5 }, GUARD, 5],
  ['all of four', { known: 4, missing: 4 }, GUARD, 0],
  ['nothing of nothing', { known: 0, missing: 0 }, GUARD, 0],
  ['half, where the study lets half go', { known: 80, missing: 40 }, { ...GUARD, withdrawn: 0.5 }, 0],
  ['all, where the study lets all go', { known: 80, missing: 80 }, { ...GUARD, withdrawn: 1 }, 0],
] as const)
  test(`of a source, ${says} being gone is ${suspicious > 0 ? 'suspicious' : 'believed'}`, () => {
    expect(countSuspiciouslyMissing(counts, guard)).toBe(suspicious)
  })

for (const [says, counts, guard, suspicious] of [
  ['four of any number', { known: 4, rekeyed: 4 }, GUARD, 0],
  ['five of eight', { known: 8, rekeyed: 5 }, GUARD, 5],
  ['a twentieth', { known: 100, rekeyed: 5 }, GUARD, 0],
  ['more than a twentieth', { known: 99, rekeyed: 5 }, GUARD, 5],
  ['all, where the study lets all', { known: 8, rekeyed: 8 }, { ...GUARD, rekeyed: 1 }, 0],
] as const)
  test(`${says} under other keys is ${suspicious > 0 ? 'suspicious' : 'believed'}`, () => {
    expect(countSuspiciouslyRekeyed(counts, guard)).toBe(suspicious)
  })

for (const { says, studies, exportedAs, before, foreign } of [
  { says: 'what nobody has said before', studies: ['B'], exportedAs: undefined, before: undefined, foreign: false },
  { says: 'what the transfers before said', studies: ['A'], exportedAs: undefined, before: ['A', 'B'], foreign: false },
  { says: 'what none of the transfers before said', studies: ['B'], exportedAs: undefined, before: [], foreign: false },
  { says: 'one study beside the known one', studies: ['A', 'C'], exportedAs: undefined, before: ['A'], foreign: true },
  { says: 'what only study.json says', studies: ['B'], exportedAs: ['B'], before: ['A'], foreign: false },
  { says: 'what study.json does not say', studies: ['A'], exportedAs: ['B'], before: ['A'], foreign: true },
  { says: 'nothing', studies: [], exportedAs: ['B'], before: ['A'], foreign: false },
])
  test(`a file that says of its study ${says} is ${foreign ? 'foreign' : 'let in'}`, () => {
    const check = () => checkStudies({ name: 'ae.csv', studies }, { exportedAs, before })
    if (foreign) expect(check).toThrow(expect.objectContaining({ code: 'TRANSFER_FOREIGN' }))
    else expect(check).not.toThrow()
  })

test('a foreign study is named with the one that was expected', () => {
  const check = () => checkStudies({ name: 'ae.csv', studies: ['B'] }, { exportedAs: undefined, before: ['A'] })
  expect(check).toThrow(AecoderError)
  expect(check).toThrow('ae.csv: data of the study "B" (expected "A", as the transfers before said)')
})

const CSV: FileStructure = {
  format: 'csv',
  delimiter: ',',
  columns: ['A', 'B'],
  forms: [],
  otherForms: [],
  studies: ['S'],
  fileOid: null,
  priorFileOid: null,
}
const WHOLE = new Set<string>()
const toStructure = (
  change: Partial<FileStructure>,
  before?: ReturnType<typeof toTransferStructure>,
  partial: ReadonlySet<string> = WHOLE,
) =>
  toTransferStructure([{ source: 'ae', encoding: 'utf-8', structure: { ...CSV, ...change } }], {
    before,
    partial,
  })

test('columns, forms, format and delimiter are compared with the last transfer, source by source', () => {
  const before = toStructure({ forms: ['F1', 'F2'], otherForms: ['F9'] })
  const now = toStructure({ columns: ['B', 'C'], delimiter: ';', forms: ['F2'], format: 'odm' })
  expect(listStructureChanges(before, now)).toEqual([
    { source: 'ae', kind: 'format', before: 'csv', now: 'odm' },
    { source: 'ae', kind: 'delimiter', before: ',', now: ';' },
    { source: 'ae', kind: 'form-gone', before: 'F1', now: null },
    { source: 'ae', kind: 'other-form-gone', before: 'F9', now: null },
    { source: 'ae', kind: 'column-gone', before: 'A', now: null },
    { source: 'ae', kind: 'column-new', before: null, now: 'C' },
  ])
  expect(listStructureChanges(now, now)).toEqual([])
})

test('changes that go on from a file which is not the last one are told', () => {
  const first = toStructure({ fileOid: 'F1' })
  const second = toStructure({ fileOid: 'F2', priorFileOid: 'F1' }, first)
  const missed = toStructure({ fileOid: 'F4', priorFileOid: 'F3' }, second)
  expect(listStructureChanges(first, second)).toEqual([])
  expect(listStructureChanges(second, missed)).toEqual([{ source: 'ae', kind: 'file-missed', before: 'F3', now: null }])
  // Taken in all the same, it is no gap for what goes on from it, nor for a transfer that says nothing of the source.
  const next = toStructure({ fileOid: 'F5', priorFileOid: 'F4' }, missed)
  expect(listStructureChanges(missed, next)).toEqual([])
  expect(listStructureChanges(missed, toTransferStructure([], { before: missed, partial: WHOLE }))).toEqual([])
})

test('files that state all changes since the same one again and again miss nothing', () => {
  const first = toStructure({ fileOid: 'F2', priorFileOid: 'F1' })
  const second = toStructure({ fileOid: 'F3', priorFileOid: 'F1' }, first)
  const third = toStructure({ fileOid: 'F4', priorFileOid: 'F1' }, second)
  expect([listStructureChanges(first, second), listStructureChanges(second, third)]).toEqual([[], []])
  // Nor where a file says of none that it goes on from it.
  const blank = toStructure({ fileOid: 'F3', priorFileOid: ' ' }, first)
  expect(listStructureChanges(first, blank)).toEqual([])
  // Nor where a transfer between them says nothing of the source.
  const silent = toTransferStructure([], { before: first, partial: WHOLE })
  const behind = toStructure({ fileOid: 'F3', priorFileOid: 'F1' }, silent)
  expect([listStructureChanges(first, silent), listStructureChanges(silent, behind)]).toEqual([[], []])
})

test('changes of one transfer may go on from one another, and those behind a snapshot from anything', () => {
  const first = toStructure({ fileOid: 'F1' })
  const of = (fileOid: string, priorFileOid: string) => ({
    source: 'ae',
    encoding: 'utf-8',
    structure: { ...CSV, fileOid, priorFileOid },
  })
  expect(
    listStructureChanges(
      first,
      toTransferStructure([of('F3', 'F2'), of('F2', 'F1')], { before: first, partial: WHOLE }),
    ),
  ).toEqual([])
  const snapshot = toStructure({}, first)
  expect(listStructureChanges(snapshot, toStructure({ fileOid: 'F9', priorFileOid: 'F8' }, snapshot))).toEqual([])
  expect(Object.keys(snapshot.sources[0] ?? {})).not.toContain('changeFiles')
})

test('the order of files and columns is no part of a structure', () => {
  expect(toStructure({ columns: ['B', 'A'] })).toEqual(toStructure({ columns: ['A', 'B'] }))
})

test('a source that a transfer says nothing of is compared when it speaks again; studies stay known', () => {
  const first = toStructure({})
  const silent = toTransferStructure([], { before: first, partial: WHOLE })
  expect(silent).toEqual(first)
  const third = toStructure({ columns: ['A'], studies: ['T'] }, silent)
  expect(third.studies).toEqual(['S', 'T'])
  expect(listStructureChanges(silent, third)).toEqual([{ source: 'ae', kind: 'column-gone', before: 'B', now: null }])
})

test('what a source does not hold that states changes only is not gone, and still known to the next transfer', () => {
  const odm = { format: 'odm', delimiter: null } as const
  const before = toStructure({ ...odm, forms: ['F1', 'F2'], otherForms: ['F9'] })
  const changes = toStructure({ ...odm, columns: ['B'], forms: ['F1'] }, before, new Set(['ae']))
  expect(listStructureChanges(before, changes)).toEqual([])
  expect(listStructureChanges(changes, toStructure({ ...odm, forms: ['F1'], otherForms: ['F9'] }))).toEqual([
    { source: 'ae', kind: 'form-gone', before: 'F2', now: null },
  ])
})

test('a table of changes has its header whole: a column that it lacks is gone', () => {
  const before = toStructure({})
  const now = toStructure({ columns: ['A'] }, before, new Set(['ae']))
  expect(listStructureChanges(before, now)).toEqual([{ source: 'ae', kind: 'column-gone', before: 'B', now: null }])
})
