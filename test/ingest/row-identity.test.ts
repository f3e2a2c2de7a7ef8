import { describe, expect, test } from 'vitest'
import {
  expectRuledIdentities,
  listOccurrences,
  listRemarks,
  readOutcomes,
  toFile,
  toStudy,
  toWords,
} from './text-file.ts'

describe('a key of content', () => {
  const study = toStudy({
    domain: 'AE',
    key: { content: ['AETERM', 'AESTDAT'] },
    map: { subject: 'ID', AETERM: 'AETERM', AESTDAT: 'AESTDAT', AESEV: 'AESEV' },
  })
  const ROWS = ['1,Headache,2026-01-05,1', '1,Nausea,,2', '1,Nausea,,2', '2,Headache,2026-01-05,1']
  const read = async (rows: readonly string[]) =>
    await readOutcomes(toFile('ae.csv', ['ID,AETERM,AESTDAT,AESEV', ...rows].join('\n')), study)
  const listIds = async (rows: readonly string[]) => listOccurrences(await read(rows)).map(({ id }) => id)

  test('is made of the values, and among equals of their count', async () => {
    const outcomes = await read(ROWS)
    expect(listOccurrences(outcomes).map(({ key }) => [key.subject, key.record])).toEqual([
      ['1', { AETERM: 'Headache', AESTDAT: '2026-01-05', '(count)': '1' }],
      ['1', { AETERM: 'Nausea', AESTDAT: '', '(count)': '1' }],
      ['1', { AETERM: 'Nausea', AESTDAT: '', '(count)': '2' }],
      ['2', { AETERM: 'Headache', AESTDAT: '2026-01-05', '(count)': '1' }],
    ])
    expectRuledIdentities(outcomes, study)
  })

  test('does not depend on the order of the rows', async () => {
    const known = new Set(await listIds(ROWS))
    expect(known.size).toBe(4)
    expect(new Set(await listIds(ROWS.toReversed()))).toEqual(known)
  })

  test('moves nothing but itself when a row is new, also one like another', async () => {
    const known = await listIds(ROWS)
    const now = await listIds(['1,Cough,,', '1,Headache,2026-01-05,1', ...ROWS])
    expect(known.filter((id) => !now.includes(id))).toEqual([])
    expect(new Set(now).size).toBe(6)
  })

  test('is another one when its values change, and the same when others do', async () => {
    const [headache] = await listIds(ROWS)
    expect((await listIds(['1,Headache,2026-01-06,1']))[0]).not.toBe(headache)
    expect((await listIds([' 1 , Headache,2026-01-05,3']))[0]).toBe(headache)
  })

  test('needs something filled in: the key itself will do', async () => {
    expect(toWords(await read(['1,,2026-01-05,', '1,,,']))).toEqual(['2 ""', '3 skipped empty-record'])
  })

  test.each([
    [{ format: 'odm', forms: ['F'] }, 'key: an ODM record is keyed by its structure'],
    [{ format: 'csv', rows: 'changes' }, 'rows: the states of a record need a key that stays'],
    [{ format: 'csv', key: { content: ['(count)'] } }, 'key: "(count)" cannot be a column\'s name here'],
  ])('does not fit everything: %j', (further, message) => {
    const map = { subject: 'ID', AETERM: 'AETERM' }
    expect(() => toStudy({ domain: 'AE', key: { content: ['AETERM'] }, map, ...further })).toThrow(message)
  })
})

describe('rows that are states of records', () => {
  const study = toStudy({
    domain: 'AE',
    key: ['LINE'],
    rows: 'changes',
    only: [{ column: 'STATE', in: ['SAVED'] }],
    map: { subject: 'ID', AETERM: 'AETERM' },
  })
  const read = async (rows: readonly string[]) =>
    toWords(await readOutcomes(toFile('ae.csv', ['ID,LINE,STATE,AETERM', ...rows].join('\n')), study))

  test('count by the last of each, wherever the others stand', async () => {
    expect(
      await read(['1,1,SAVED,Hedache', '1,2,SAVED,Nausea', '2,1,SAVED,Rash', '1,1,SAVED,Headache', '1,3,SAVED,Cough']),
    ).toEqual(['2 superseded', '3 "Nausea"', '4 "Rash"', '5 "Headache"', '6 "Cough"'])
  })

  test('end with the last also where that takes the record back', async () => {
    expect(await read(['1,1,SAVED,Headache', '1,1,DELETED,Headache', '1,2,DELETED,x', '1,2,SAVED,Nausea'])).toEqual([
      '2 superseded',
      '3 skipped other-form',
      '4 superseded',
      '5 "Nausea"',
    ])
  })

  test('leave rows that cannot be read, or name no subject, as they are', async () => {
    expect(await read(['1,1,SAVED,Headache', '1,1,SAVED', ',1,SAVED,Rash', ',1,SAVED,Rash'])).toEqual([
      '2 "Headache"',
      '3 rejected ragged-row',
      '4 rejected missing-subject',
      '5 rejected missing-subject',
    ])
  })
})

test('two terms of one row are two occurrences, each of its own source', async () => {
  const file = toFile('ae.csv', 'ID,LINE,AETERM,AETERM_OTH\n1,1,Other,Sore thumb\n1,2,Nausea,\n')
  const map = { subject: 'ID' }
  const listed = toStudy({ domain: 'AE', key: ['LINE'], map: { ...map, AETERM: 'AETERM' } })
  const specified = toStudy({ domain: 'AE', key: ['LINE'], map: { ...map, AETERM: 'AETERM_OTH' } })
  const [other, nausea] = listOccurrences(await readOutcomes(file, listed))
  const [sore, ...none] = listOccurrences(await readOutcomes(file, specified))
  expect(none).toEqual([])
  expect(new Set([other?.id, nausea?.id, sore?.id]).size).toBe(3)
})

describe('a translation beside the term', () => {
  const study = toStudy({
    domain: 'AE',
    key: ['LINE'],
    map: { subject: 'ID', AETERM: 'AETERM_JA', AEMODIFY: 'AETERM_EN' },
  })

  test('is what is coded, where there is one; the verbatim stays what the site wrote', async () => {
    const file = toFile('ae.csv', 'ID,LINE,AETERM_JA,AETERM_EN\n1,1,頭痛,Headache\n1,2,Nausea, \n')
    const outcomes = await readOutcomes(file, study)
    expect(listOccurrences(outcomes).map(({ verbatim, translation }) => [verbatim, translation])).toEqual([
      ['頭痛', 'Headache'],
      ['Nausea', undefined],
    ])
    expectRuledIdentities(outcomes, study)
  })
})

test('a term of more than 200 bytes is remarked, whole as it is', async () => {
  const study = toStudy({ domain: 'AE', key: ['LINE'], map: { subject: 'ID', AETERM: 'AETERM' } })
  const rows = ['x'.repeat(200), 'x'.repeat(201), '痛'.repeat(66), '痛'.repeat(67)]
  const text = ['ID,LINE,AETERM', ...rows.map((term, line) => `1,${line},${term}`)].join('\n')
  const outcomes = await readOutcomes(toFile('ae.csv', text), study)
  expect(listOccurrences(outcomes).map(({ verbatim }) => verbatim)).toEqual(rows)
  expect(listRemarks(outcomes)).toEqual([
    'term-too-long: AETERM has 201 bytes (SDTM allows 200; the dataset keeps them all)',
    'term-too-long: AETERM has 201 bytes (SDTM allows 200; the dataset keeps them all)',
  ])
})
