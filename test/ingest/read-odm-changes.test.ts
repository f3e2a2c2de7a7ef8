import { describe, expect, test } from 'vitest'
import { readSource } from '../../pipeline/ingest/read-source.ts'
import { listOccurrences, listRemarks, readOutcomes, toFile, toStudy, toWords } from './text-file.ts'

const AE = toStudy({
  domain: 'AE',
  format: 'odm',
  forms: ['AE'],
  groups: ['LOG'],
  only: [{ column: 'CAT', in: ['EVENT'] }],
  noEvent: [{ column: 'YN', in: ['N'] }],
  map: { subjectKey: 'SubjectKey', AETERM: 'TERM', AESTDAT: 'STDAT', AESEV: 'SEV', AEACN: { constant: 'NONE' } },
})

const toOdm = (subjects: string, type = 'Transactional') => `<?xml version="1.0"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata" FileType="${type}"><ClinicalData StudyOID="S">
${subjects}</ClinicalData></ODM>`
const inSubject = (content: string, attributes = '') =>
  `<SubjectData SubjectKey="u1" mdsol:SubjectName=" 101"${attributes}><SiteRef LocationOID="S1"/>${content}</SubjectData>\n`
const inGroup = (items: string, { form = 'AE', group = 'LOG', attributes = '' } = {}) =>
  inSubject(
    `<StudyEventData StudyEventOID="E" StudyEventRepeatKey="1"><FormData FormOID="${form}"><ItemGroupData ItemGroupOID="${group}" ItemGroupRepeatKey="1"${attributes}>${items}</ItemGroupData></FormData></StudyEventData>`,
  )
const item = (oid: string, value: string) => `<ItemData ItemOID="${oid}" Value="${value}"/>`
const read = (...subjects: string[]) => readOutcomes(toFile('ae.xml', toOdm(subjects.join(''))), AE)

describe('a record of a transactional file', () => {
  test('states what its items name, the ISO date with the date it follows from, and constants', async () => {
    const outcomes = await read(
      inGroup(item('TERM', 'Rash')),
      inGroup(item('STDAT', '05 JAN 2026')),
      inGroup(item('SEV', '') + item('UNMAPPED', 'x')),
    )
    expect(toWords(outcomes)).toEqual([
      '3 changes "Rash" AEACN="NONE"',
      '4 changes AESTDAT="05 JAN 2026" AESTDTC="2026-01-05" AEACN="NONE"',
      '5 changes AESEV="" AEACN="NONE"',
    ])
  })

  test('is keyed like one of a snapshot, by the key of the subject that study.json names', async () => {
    const group = inGroup(item('TERM', 'Rash') + item('CAT', 'EVENT'))
    const [changed] = await read(group)
    const [whole] = listOccurrences(await readOutcomes(toFile('ae.xml', toOdm(group, 'Snapshot')), AE))
    expect(changed?.kind === 'changes' && changed.changes[0]?.occurrence.id).toBe(whole?.id)
    expect(whole).toMatchObject({ subject: 'u1', subjectRaw: ' 101', usubjid: 'ABC-101-101', isFollowed: true })
  })

  test('that names no mapped item says how the subject is called, or nothing where subjects have no key', async () => {
    const nothing = inGroup('<ItemData ItemOID="TERM"/>') + inGroup(item('UNMAPPED', 'x'))
    expect(toWords(await read(nothing))).toEqual(['3 u1 is called " 101"', '4 u1 is called " 101"'])
    const { subjectKey: _, ...map } = AE.source.map
    const unkeyed = { ...AE, source: { ...AE.source, map } }
    expect(toWords(await readOutcomes(toFile('ae.xml', toOdm(nothing)), unkeyed))).toEqual([
      '3 skipped nothing-stated',
      '4 skipped nothing-stated',
    ])
  })

  test('tells its conditions as far as it names their items', async () => {
    const outcomes = await read(
      inGroup(item('TERM', 'Rash')),
      inGroup(item('CAT', 'EVENT')),
      inGroup(item('CAT', 'OTHER') + item('YN', 'N')),
      inGroup(item('YN', 'Y'), { attributes: ' TransactionType="Update"' }),
    )
    expect(outcomes.map((outcome) => outcome.kind === 'changes' && outcome.conditions)).toEqual([
      { isOther: null, isNoEvent: null, isUpdate: false },
      { isOther: false, isNoEvent: null, isUpdate: false },
      { isOther: true, isNoEvent: true, isUpdate: false },
      { isOther: null, isNoEvent: false, isUpdate: true },
    ])
  })

  test('meets all of several conditions, or any that says there was no event, whatever blanks are around', async () => {
    const [only, noEvent] = [
      { column: 'CAT', in: [' EVENT'] },
      { column: 'YN', in: ['N'] },
    ] as const
    const study = toStudy({
      domain: 'AE',
      format: 'odm',
      forms: ['AE'],
      map: { AETERM: 'TERM' },
      only: [only, { column: 'KIND', in: ['AE'] }],
      noEvent: [noEvent, { column: 'NONE', in: ['1'] }],
    })
    const text = toOdm(
      inGroup(item('CAT', 'EVENT ') + item('KIND', 'MH')) + inGroup(item('YN', 'Y') + item('NONE', ' 1')),
    )
    const outcomes = await readOutcomes(toFile('ae.xml', text), study)
    expect(outcomes.map((outcome) => outcome.kind === 'changes' && outcome.conditions)).toEqual([
      { isOther: true, isNoEvent: null, isUpdate: false },
      { isOther: null, isNoEvent: true, isUpdate: false },
    ])
  })

  test('of another form or group is skipped, whatever it says', async () => {
    const outcomes = await read(
      inGroup(item('TERM', 'Rash'), { form: 'MH' }),
      inGroup(item('TERM', 'Rash'), { group: 'HEAD' }),
      inGroup('', { form: 'MH', attributes: ' TransactionType="Remove"' }),
    )
    expect(toWords(outcomes)).toEqual(['3 skipped other-form', '4 skipped other-form', '5 skipped other-form'])
  })

  test('has its doubtful dates told', async () => {
    expect(listRemarks(await read(inGroup(item('STDAT', '31 FEB 2026'))))).toEqual([
      'date-not-understood: AESTDAT (STDAT) "31 FEB 2026" is not a date (expected YYYY-MM-DD or a partial date)',
    ])
  })

  test('is rejected without a key of its subject', async () => {
    const outcomes = await read(inGroup(item('TERM', 'Rash')).replace('SubjectKey="u1"', 'SubjectKey=" "'))
    expect(outcomes).toMatchObject([
      { kind: 'rejected', code: 'missing-subject', reason: 'no subject id: the record has no SubjectKey' },
    ])
  })
})

test('removals name what they take back, in a snapshot too', async () => {
  const removed = ' TransactionType="Remove"'
  const data = [
    inSubject('', removed),
    inSubject(`<StudyEventData StudyEventOID="E"${removed}/>`),
    inSubject(`<StudyEventData StudyEventOID="E"><FormData FormOID="AE"${removed}/></StudyEventData>`),
    inGroup('', { attributes: removed }),
  ].join('')
  const expected = [
    '3 removes ["AE","u1"]',
    '4 removes ["AE","u1","E",null]',
    '5 removes ["AE","u1","E",null,"AE",null]',
    '6 removes ["AE","u1","E","1","AE",null,"LOG","1"]',
  ]
  expect(toWords(await readOutcomes(toFile('ae.xml', toOdm(data)), AE))).toEqual(expected)
  expect(toWords(await readOutcomes(toFile('ae.xml', toOdm(data, 'Snapshot')), AE))).toEqual(expected)
})

test('demographics change by what is named', async () => {
  const DM = toStudy({
    domain: 'DM',
    format: 'odm',
    forms: ['DM'],
    map: { subjectKey: 'SubjectKey', SEX: 'SEX', BRTHDAT: 'DOB' },
  })
  const dm = (items: string) => inGroup(items, { form: 'DM' })
  const text = toOdm(dm(item('SEX', 'F')) + dm(item('DOB', '1970')) + dm(item('SEX', '')) + dm(item('RACE', '3')))
  expect(toWords(await readOutcomes(toFile('dm.xml', text), DM))).toEqual([
    '3 changes u1: sex F, born -',
    '4 changes u1: sex -, born 1970',
    '5 changes u1: sex null, born -',
    '6 u1 is called " 101"',
  ])
})

test('a wide form changes by its numbers', async () => {
  const wide = toStudy({
    domain: 'AE',
    format: 'odm',
    forms: ['AE'],
    map: { AETERM: 'TERM{n}', AESEV: 'SEV{n}', AEACN: 'ACN' },
  })
  const text = toOdm(
    inGroup(item('TERM1', 'Rash') + item('SEV2', '') + item('ACN', 'NONE')) + inGroup(item('ACN', 'x')),
  )
  const outcomes = await readOutcomes(toFile('ae.xml', text), wide)
  expect(toWords(outcomes)).toEqual([
    '3 changes "Rash" AEACN="NONE"; AESEV="" AEACN="NONE"',
    '4 skipped nothing-stated', // which of the events it is about nobody says
  ])
})

test.each([
  { map: { subject: 'SUBJ', AETERM: 'TERM' } },
  { map: { event: 'VISIT', AETERM: 'TERM' } },
  { map: { form: { constant: 'AE' }, AETERM: 'TERM' } },
])('records that study.json keys by items cannot be changed: %o', async ({ map }) => {
  const study = { ...AE, source: { ...AE.source, map } }
  const file = toFile('ae.xml', toOdm(inGroup(item('TERM', 'Rash'))))
  await expect(readOutcomes(file, study)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('a removal of nobody takes nothing back', async () => {
  const removed = inSubject('', ' TransactionType="Remove"').replace('SubjectKey="u1"', 'SubjectKey=" "')
  expect(toWords(await read(removed))).toEqual(['3 skipped not-there'])
})

test('a file says whether it states everything or changes', async () => {
  const states = async (type: string) =>
    (await readSource({ config: AE, source: AE.source, file: toFile('ae.xml', toOdm('', type)) })).states
  expect([await states('Snapshot'), await states('Transactional')]).toEqual(['everything', 'changes'])
})

test('what a file is made of: forms without their versions; of removals those of a snapshot; files by name that state changes', async () => {
  const study = toStudy({
    domain: 'AE',
    format: 'odm',
    forms: ['F_AE*'],
    groups: ['LOG'],
    formVersion: '_V[0-9]+',
    map: { AETERM: 'TERM' },
  })
  const data = [
    inGroup('', { form: 'F_AE_V1', attributes: ' TransactionType="Remove"' }),
    inGroup(item('TERMS', 'Rash'), { form: 'F_AE2_V1' }),
    inGroup('', { form: 'F_AE2_V1', group: 'HEAD' }),
    inGroup('', { form: 'F_MH_V1' }),
  ].join('')
  const structureOf = async (type: string, text = data) => {
    const file = toFile('ae.xml', toOdm(text, type).replace('<ODM ', '<ODM FileOID="2" PriorFileOID="1" '))
    const { batches, structure } = await readSource({ config: study, source: study.source, file })
    for await (const _ of batches);
    const { forms, otherForms, fileOid, priorFileOid } = structure()
    return { forms, otherForms, fileOid, priorFileOid }
  }
  expect(await structureOf('Transactional')).toEqual({
    forms: ['F_AE2'],
    otherForms: ['F_MH'],
    fileOid: '2',
    priorFileOid: '1',
  })
  expect(await structureOf('Snapshot', data.replace('TERMS', 'TERM'))).toEqual({
    forms: ['F_AE', 'F_AE2'],
    otherForms: ['F_MH'],
    fileOid: null,
    priorFileOid: null,
  })
})

test('a form keeps its key when the version at the end of its OID changes', async () => {
  const study = toStudy({
    domain: 'AE',
    format: 'odm',
    forms: ['F_AE*'],
    formVersion: '_V[0-9]+',
    map: { AETERM: 'TERM' },
  })
  const keyOf = async (form: string) => {
    const text = toOdm(inGroup(item('TERM', 'Rash'), { form }), 'Snapshot')
    return listOccurrences(await readOutcomes(toFile('ae.xml', text), study))[0]?.key.form
  }
  expect([await keyOf('F_AE_V10'), await keyOf('F_AE_V11'), await keyOf('F_AE_V1_LONG')]).toEqual([
    'F_AE',
    'F_AE',
    'F_AE_V1_LONG',
  ])
})
