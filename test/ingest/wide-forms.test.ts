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

const WIDE = toStudy({
  domain: 'AE',
  key: ['VISIT'],
  noEvent: [{ column: 'AEYN', in: ['N'] }],
  map: {
    subject: 'SUBJ',
    AETERM: 'AETERM{n}',
    AESTDAT: 'AESTDAT{n}',
    AESEV: { column: 'AESEV{n}', values: { 1: 'MILD' } },
    AEREL: 'REL',
  },
  carry: ['COMMENT'],
})

const HEADER = 'SUBJ,VISIT,AEYN,AETERM1,AESTDAT1,AETERM2,AESTDAT2,AESEV2,AETERM10,AESTDAT10,REL,COMMENT'

describe('numbered columns of one row', () => {
  test('are 0 to n occurrences, in the order of their numbers', async () => {
    const outcomes = await readOutcomes(
      toFile(
        'ae.csv',
        [
          HEADER,
          '1,V1,Y,Headache,2026-01-05,Nausea,,1,Rash,,Y,seen',
          '1,V2,Y,,,Cough,31-FEB-2026,,,,Y,', // an empty slot is no occurrence
          '2,V1,Y,,2026-02-01,,,,,,N,', // a date without a term is one: a person must see it
          '3,V1,N,,,,,,,,N,none',
          '4,V1,,,,,,,,,N,left blank', // what the slots share makes no event
        ].join('\n'),
      ),
      WIDE,
    )
    expect(toWords(outcomes)).toEqual([
      '2 "Headache" "Nausea" "Rash"',
      '3 "Cough"',
      '4 ""',
      '5 skipped no-event',
      '6 skipped empty-record',
    ])
    expect(listRemarks(outcomes)).toEqual([
      'date-not-understood: AESTDAT (AESTDAT2) "31-FEB-2026" is not a date (expected YYYY-MM-DD or a partial date)',
    ])
    expectRuledIdentities(outcomes, WIDE)
    const [headache, nausea, rash] = listOccurrences(outcomes)
    expect([headache, nausea, rash].map((one) => one?.key.item)).toEqual(['AETERM1', 'AETERM2', 'AETERM10'])
    expect(headache?.context).toEqual({
      AEREL: 'Y',
      AESEV: null, // the header has no AESEV1
      AESTDAT: '2026-01-05',
      AESTDTC: '2026-01-05',
      COMMENT: 'seen',
    })
    expect(nausea?.context).toMatchObject({ AESTDAT: '', AESEV: 'MILD', AEREL: 'Y', COMMENT: 'seen' })
  })

  test('keep their identity when a slot before them is emptied', async () => {
    const read = async (row: string) => listOccurrences(await readOutcomes(toFile('ae.csv', `${HEADER}\n${row}`), WIDE))
    const [, before] = await read('1,V1,Y,Headache,,Nausea,,,,,,')
    const [after] = await read('1,V1,Y,,,Nausea,,,,,,')
    expect(after?.id).toBe(before?.id)
  })

  test.each([
    ['SUBJ,VISIT,AEYN,AETERM,AESTDAT1,AESEV1,REL,COMMENT', 'map.AETERM names the column "AETERM{n}"'],
    [
      'SUBJ,VISIT,AEYN,AETERM1,AESTDAT1,AESEV2,REL,COMMENT',
      'map.AETERM names the column "AETERM2"; nearest: "AETERM1"',
    ],
    ['SUBJ,VISIT,AEYN,AETERM1,ONSET1,AESEV1,REL,COMMENT', 'map.AESTDAT names the column "AESTDAT{n}"'],
  ])('must be in the header %s', async (header, message) => {
    await expect(readOutcomes(toFile('ae.csv', `${header}\n`), WIDE)).rejects.toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      message: expect.stringContaining(message) as string,
    })
  })

  test('may be repeated names, which the reader numbers', async () => {
    const labels = toStudy({ domain: 'AE', map: { subject: 'Subject', AETERM: 'What happened? ({n})' } })
    const file = toFile('ae.csv', 'Subject,What happened?,What happened?\n1,Headache,Nausea\n')
    expect(toWords(await readOutcomes(file, labels))).toEqual(['2 "Headache" "Nausea"'])
  })

  test.each([
    [{ subject: 'SUBJ{n}', AETERM: 'AETERM{n}' }, {}, 'map.subject: {n} stands for the events of a row'],
    [{ subject: 'SUBJ', AETERM: 'AETERM', AESEV: 'SEV{n}' }, {}, 'map.AESEV: {n} needs one in map.AETERM too'],
    [{ subject: 'SUBJ', AETERM: 'A{n}T{n}' }, {}, 'map.AETERM: {n} stands twice'],
    [{ subject: 'SUBJ', AETERM: 'AETERM{n}' }, { carry: ['C{n}'] }, 'carry: "C{n}": only the variables of map'],
  ])('cannot stand anywhere: %j', (map, further, message) => {
    expect(() => toStudy({ domain: 'AE', format: 'csv', map, ...further })).toThrow(message)
  })
})

describe('numbered items of an ODM record', () => {
  const study = toStudy({
    domain: 'AE',
    format: 'odm',
    forms: ['F_AE'],
    map: { AETERM: 'I_ADVER_{n}_AETERM', AESEV: 'I_ADVER_{n}_AESEV', AEREL: 'I_REL' },
  })
  const toOdm = (...records: readonly (readonly (readonly [oid: string, value: string])[])[]) =>
    toFile(
      'odm.xml',
      `<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><ClinicalData>${records
        .map(
          (items, index) =>
            `<SubjectData SubjectKey="${index + 1}"><StudyEventData StudyEventOID="E"><FormData FormOID="F_AE"><ItemGroupData ItemGroupOID="G">${items
              .map(([oid, value]) => `<ItemData ItemOID="${oid}" Value="${value}"/>`)
              .join('')}</ItemGroupData></FormData></StudyEventData></SubjectData>`,
        )
        .join('')}</ClinicalData></ODM>`,
    )

  test('are found record by record', async () => {
    const outcomes = await readOutcomes(
      toOdm(
        [
          ['I_ADVER_2_AETERM', 'Nausea'],
          ['I_ADVER_1_AETERM', 'Headache'],
          ['I_ADVER_1_AESEV', 'MILD'],
          ['I_REL', 'Y'],
        ],
        [['I_REL', 'N']],
        [
          ['I_ADVER_11_AETERM', 'Rash'],
          ['I_ADVER_3_AESEV', 'SEVERE'],
        ],
      ),
      study,
    )
    expect(
      outcomes.map((outcome) => (outcome.kind === 'occurrences' ? outcome.occurrences.length : outcome.kind)),
    ).toEqual([2, 'skipped', 2])
    expect(listOccurrences(outcomes).map(({ key, verbatim, context }) => [key.item, verbatim, context.AESEV])).toEqual([
      ['I_ADVER_1_AETERM', 'Headache', 'MILD'],
      ['I_ADVER_2_AETERM', 'Nausea', null],
      ['I_ADVER_3_AETERM', '', 'SEVERE'],
      ['I_ADVER_11_AETERM', 'Rash', null],
    ])
    expectRuledIdentities(outcomes, study)
  })

  test('that no record has, but others of nearly that name, are a slip in study.json', async () => {
    const file = toOdm([
      ['I_ADVERS_1_AETERM', 'Headache'],
      ['I_REL', 'Y'],
    ])
    await expect(readOutcomes(file, study)).rejects.toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      message: expect.stringContaining('"I_ADVER_{n}_AETERM"; nearest: "I_ADVERS_1_AETERM"') as string,
    })
  })
})
