import { describe, expect, test } from 'vitest'
import { readSource } from '../../pipeline/ingest/read-source.ts'
import { expectRuledIdentities, listOccurrences, readOutcomes, toFile, toStudy, toWords } from './text-file.ts'

const AE = toStudy({
  domain: 'AE',
  format: 'odm',
  forms: ['F_AE*'],
  groups: ['IG_AE_LOG'],
  noEvent: [{ column: 'I_AEYN', in: ['N'] }],
  map: { AETERM: 'I_AETERM', AESTDAT: 'I_AESTDAT', AESER: 'I_AESER' },
  carry: ['I_AECOM'],
})

const toOdm = (
  subjects: string,
  attributes = 'AsOfDateTime="2024-05-01T08:00:00"',
) => `<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:v="http://vendor.example/odm" ODMVersion="1.3.2" FileType="Snapshot"
  FileOID="f1" CreationDateTime="2024-05-02T09:30:00" ${attributes}>
<ClinicalData StudyOID="S" MetaDataVersionOID="1">
${subjects}
</ClinicalData></ODM>`

const UNTYPED = toOdm(`<SubjectData SubjectKey="SS_1"><SiteRef LocationOID="101"/>
<StudyEventData StudyEventOID="SE_LOG" StudyEventRepeatKey="1">
<FormData FormOID="F_DM"><ItemGroupData ItemGroupOID="IG_DM"><ItemData ItemOID="I_SEX" Value="F"/></ItemGroupData></FormData>
<FormData FormOID="F_AE_V10">
<ItemGroupData ItemGroupOID="IG_AE_HEAD"><ItemData ItemOID="I_AEYN" Value="Y"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG_AE_LOG" ItemGroupRepeatKey="1"><ItemData ItemOID="I_AETERM" Value=" Fever &amp; chills"/><ItemData ItemOID="I_AESTDAT" Value="2024-01"/><ItemData ItemOID="I_AESER" Value=""/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG_AE_LOG" ItemGroupRepeatKey="2"><ItemData ItemOID="I_AESTDAT" Value="2024-02-01"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG_AE_LOG" ItemGroupRepeatKey=""><ItemData ItemOID="I_AETERM" Value="Rash"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG_AE_LOG"><ItemData ItemOID="I_AETERM" Value="Rash"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG_AE_LOG" ItemGroupRepeatKey="5"><ItemData ItemOID="I_AEYN" Value="N"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG_AE_LOG" ItemGroupRepeatKey="6"><ItemData ItemOID="I_AETERM" IsNull="Yes"/></ItemGroupData>
</FormData></StudyEventData></SubjectData>`)

const TYPED = toOdm(`<SubjectData SubjectKey="SS_1"><SiteRef LocationOID="101"/>
<StudyEventData StudyEventOID="SE_LOG" StudyEventRepeatKey="1">
<FormData FormOID="F_AE_V10">
<ItemGroupData ItemGroupOID="IG_AE_LOG" ItemGroupRepeatKey="1"><ItemDataString ItemOID="I_AETERM"> Fever &amp; chills</ItemDataString><ItemDataPartialDate ItemOID="I_AESTDAT">2024-01</ItemDataPartialDate><ItemDataString ItemOID="I_AESER"></ItemDataString></ItemGroupData>
<ItemGroupData ItemGroupOID="IG_AE_LOG" ItemGroupRepeatKey="6"><ItemDataAny ItemOID="I_AETERM" IsNull="Yes"/></ItemGroupData>
</FormData></StudyEventData></SubjectData>`)

describe('an ODM snapshot', () => {
  test('gives every record exactly one outcome', async () => {
    expect(toWords(await readOutcomes(toFile('ae.xml', UNTYPED), AE))).toEqual([
      '7 skipped other-form',
      '9 skipped other-form', // the form, but not the group that holds the records
      '10 " Fever & chills"',
      '11 ""',
      '12 "Rash"',
      '13 "Rash"',
      '14 skipped no-event',
      '15 skipped empty-record',
    ])
  })

  test('keys a record by its structure, and an absent repeat key differs from an empty one', async () => {
    const outcomes = await readOutcomes(toFile('ae.xml', UNTYPED), AE)
    const occurrences = listOccurrences(outcomes)
    expect(occurrences[0]?.key).toEqual({
      domain: 'AE',
      subject: 'SS_1',
      event: 'SE_LOG',
      eventRepeat: '1',
      form: 'F_AE_V10',
      formRepeat: null,
      group: 'IG_AE_LOG',
      groupRepeat: '1',
      record: {},
      item: 'I_AETERM',
    })
    expect(occurrences.map(({ key }) => key.groupRepeat)).toEqual(['1', '2', '', null])
    expect(new Set(occurrences.map(({ id }) => id)).size).toBe(4)
    expectRuledIdentities(outcomes, AE)
  })

  test('leaves null what the record does not hold, and empty what it holds empty', async () => {
    const [fever, noTerm] = listOccurrences(await readOutcomes(toFile('ae.xml', UNTYPED), AE))
    expect(fever).toMatchObject({
      site: '101',
      context: { AESTDAT: '2024-01', AESTDTC: '2024-01', AESER: '', I_AECOM: null },
    })
    expect(noTerm?.context).toEqual({ AESTDAT: '2024-02-01', AESTDTC: '2024-02-01', AESER: null, I_AECOM: null })
  })

  test('means the same in typed and in untyped items', async () => {
    const withoutLine = async (text: string) =>
      listOccurrences(await readOutcomes(toFile('ae.xml', text), AE))
        .slice(0, 1)
        .map((occurrence) => ({ ...occurrence, line: 0 }))
    expect(await withoutLine(TYPED)).toEqual(await withoutLine(UNTYPED))
    expect(toWords(await readOutcomes(toFile('ae.xml', TYPED), AE)).at(-1)).toMatch('skipped empty-record')
  })

  test('shows a record as one line of raw text', async () => {
    const [, , fever] = await readOutcomes(toFile('ae.xml', UNTYPED), AE)
    expect(fever?.kind === 'occurrences' && JSON.parse(fever.raw)).toEqual({
      studyOid: 'S',
      subjectKey: 'SS_1',
      siteOid: '101',
      eventOid: 'SE_LOG',
      eventRepeatKey: '1',
      formOid: 'F_AE_V10',
      groupOid: 'IG_AE_LOG',
      groupRepeatKey: '1',
      items: { I_AETERM: ' Fever & chills', I_AESTDAT: '2024-01', I_AESER: '' },
    })
  })

  test('says as of when it is: AsOfDateTime, else CreationDateTime', async () => {
    const read = (text: string) => readSource({ config: AE, source: AE.source, file: toFile('ae.xml', text) })
    expect((await read(toOdm(''))).asOf).toBe('2024-05-01T08:00:00')
    expect((await read(toOdm('', ''))).asOf).toBe('2024-05-02T09:30:00')
  })
})

describe('the subject of an ODM record', () => {
  const toSubject = (attributes: string, items = '') =>
    toOdm(`<SubjectData ${attributes}><FormData FormOID="F_AE"><ItemGroupData ItemGroupOID="IG_AE_LOG">
<ItemData ItemOID="I_AETERM" Value="Rash"/>${items}</ItemGroupData></FormData></SubjectData>`).replace(
      'xmlns:v="http://vendor.example/odm"',
      'xmlns:OpenClinica="http://www.openclinica.org/ns/odm_ext_v130/v3.1"',
    )

  test('is the human id where there is one, and keeps its blanks beside', async () => {
    const text = toSubject('SubjectKey="SS_104003" OpenClinica:StudySubjectID=" 104-003"')
    expect(listOccurrences(await readOutcomes(toFile('ae.xml', text), AE))).toMatchObject([
      { subject: '104-003', subjectRaw: ' 104-003', usubjid: 'ABC-101-104-003', key: { event: null } },
    ])
  })

  test('is an item where study.json says so', async () => {
    const study = { ...AE, source: { ...AE.source, map: { ...AE.source.map, subject: 'I_SUBJ', site: 'I_SITE' } } }
    const text = toSubject(
      'SubjectKey="7f3a"',
      '<ItemData ItemOID="I_SUBJ" Value="101-001"/><ItemData ItemOID="I_SITE" Value="101"/>',
    )
    expect(listOccurrences(await readOutcomes(toFile('ae.xml', text), study))).toMatchObject([
      { subject: '101-001', site: '101' },
    ])
  })

  test('must be there', async () => {
    const outcomes = await readOutcomes(toFile('ae.xml', toSubject('SubjectKey=" "')), AE)
    expect(outcomes).toMatchObject([
      { kind: 'rejected', code: 'missing-subject', reason: 'no subject id: the record has no SubjectKey' },
    ])
  })
})

test('a form split over many groups is one record when the source says so', async () => {
  const text = toOdm(`<SubjectData SubjectKey="1">
<FormData FormOID="Form.adverse_events" FormRepeatKey="1"><ItemGroupData ItemGroupOID="g.a"><ItemData ItemOID="ae_term" Value="Rash"/></ItemGroupData><ItemGroupData ItemGroupOID="g.b"><ItemData ItemOID="ae_start" Value="2024-01-05"/></ItemGroupData></FormData>
<FormData FormOID="Form.vitals"><ItemGroupData ItemGroupOID="g.c"><ItemData ItemOID="weight" Value="80"/></ItemGroupData></FormData>
</SubjectData>`)
  const study = toStudy({
    domain: 'AE',
    format: 'odm',
    record: 'form',
    forms: ['Form.adverse_events'],
    map: { AETERM: 'ae_term', AESTDAT: 'ae_start' },
  })
  const outcomes = await readOutcomes(toFile('project.xml', text), study)
  expect(toWords(outcomes)).toEqual(['6 "Rash"', '7 skipped other-form'])
  expect(listOccurrences(outcomes)[0]).toMatchObject({
    key: { form: 'Form.adverse_events', formRepeat: '1', group: null },
    context: { AESTDTC: '2024-01-05' },
  })
})

test('item groups cannot be chosen where a record is a whole form', async () => {
  const study = toStudy({ domain: 'AE', format: 'odm', record: 'form', groups: ['g.*'], map: { AETERM: 'ae_term' } })
  await expect(readOutcomes(toFile('project.xml', toOdm('')), study)).rejects.toThrow(
    'groups: a record is a whole form here',
  )
})

describe('a term that study.json looks up under a wrong name', () => {
  const text = (items: string) =>
    toOdm(
      `<SubjectData SubjectKey="1"><FormData FormOID="AE"><ItemGroupData ItemGroupOID="G">${items}</ItemGroupData></FormData></SubjectData>`,
    )
  const study = toStudy({
    domain: 'AE',
    format: 'odm',
    forms: ['AE'],
    map: { AETERM: 'IT.AE.AETERM', AESER: 'IT.AESER' },
  })

  test.each(['IT.AETERM', 'IT.AE.AETEM'])('is refused when the file has %s', async (oid) => {
    const file = toFile('ae.xml', text(`<ItemData ItemOID="${oid}" Value="Rash"/>`))
    await expect(readOutcomes(file, study)).rejects.toThrow(
      `study.json: source "src": map.AETERM names the item "IT.AE.AETERM"; nearest: "${oid}": no record of ae.xml has it`,
    )
  })

  test('is no error when nobody has filled the form in yet', async () => {
    const file = toFile('ae.xml', text('<ItemData ItemOID="IT.AEYN" Value="N"/>'))
    expect(toWords(await readOutcomes(file, study))).toEqual(['5 skipped empty-record'])
  })
})
