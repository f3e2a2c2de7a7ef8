/** A small invented ODM of each system: what it is taken for, how surely, and that what is proposed can be run. */
import { describe, expect, test } from 'vitest'
import type { Proposal } from '../../pipeline/ingest/propose.ts'
import { readSource } from '../../pipeline/ingest/read-source.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { parseStudyConfig } from '../../schemas/study.ts'
import { propose } from './proposed.ts'
import { toFile } from './text-file.ts'

/** What each source of the proposed study.json reads: kinds of outcomes, and the terms among them. */
async function readProposed({ config }: Proposal, file: SourceFile): Promise<{ [id: string]: string[] }> {
  const study = { protocol: 'ABC-101', environment: 'uat' }
  const parsed = parseStudyConfig(JSON.stringify({ ...config, study }), 'study.json')
  const read: { [id: string]: string[] } = {}
  for (const source of parsed.sources) {
    const words: string[] = []
    const { batches } = await readSource({ config: parsed, source, file })
    for await (const batch of batches)
      for (const outcome of batch) {
        if (outcome.kind === 'occurrences') words.push(...outcome.occurrences.map(({ verbatim }) => verbatim))
        else if (outcome.kind === 'changes') words.push(...outcome.changes.map(({ occurrence }) => occurrence.verbatim))
        else if (outcome.kind === 'subject') words.push(`${outcome.subject.subject} ${outcome.subject.sex}`)
        else if (outcome.kind !== 'skipped') words.push(outcome.kind)
      }
    read[source.id] = words
  }
  return read
}

const toOdm = (root: string, body: string) =>
  toFile(
    'export.xml',
    `<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileOID="f" CreationDateTime="2026-01-01T00:00:00" ${root}>${body}</ODM>`,
  )
const toItems = (items: { readonly [oid: string]: string }) =>
  Object.entries(items)
    .map(([oid, value]) => `<ItemData ItemOID="${oid}" Value="${value}"/>`)
    .join('')

describe('ODM', () => {
  test('Rave RWS dataset: the log lines of the form, dates as entered', async () => {
    const line = (key: number, term: string) =>
      `<ItemGroupData ItemGroupOID="AE_LOG_LINE" ItemGroupRepeatKey="${key}">${toItems({ 'AE.AETERM': term, 'AE.AESTDAT': '2024-01-05', 'AE.AESTDAT.RAW': '05 JAN 2024' })}</ItemGroupData>`
    const file = toOdm(
      'FileType="Snapshot" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata"',
      `<ClinicalData StudyOID="ABC-101(Prod)" MetaDataVersionOID="1"><SubjectData SubjectKey="101-001"><SiteRef LocationOID="101"/><StudyEventData StudyEventOID="AE"><FormData FormOID="AE" FormRepeatKey="1"><ItemGroupData ItemGroupOID="AE">${toItems({ 'AE.AEYN': 'Y' })}</ItemGroupData>${line(1, 'Headache')}${line(2, 'Nausea')}</FormData></StudyEventData></SubjectData></ClinicalData>`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([
      { system: 'Medidata Rave', profile: 'rave-rws-dataset', confidence: 'sure' },
    ])
    expect(proposal.config).toMatchObject({
      study: { protocol: 'ABC-101', environment: 'production' },
      sources: [{ forms: ['AE'], groups: ['AE_LOG_LINE'], map: { AETERM: 'AE.AETERM', AESTDAT: 'AE.AESTDAT.RAW' } }],
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['Headache', 'Nausea'] })
  })

  test('Rave audit records: changes, and the subject followed by its key', async () => {
    const entry = (record: number, items: { [oid: string]: string }) =>
      `<ClinicalData StudyOID="ABC-101" MetaDataVersionOID="1" mdsol:AuditSubCategoryName="Entered"><SubjectData SubjectKey="uuid-1" mdsol:SubjectName="101-001" TransactionType="Upsert"><SiteRef LocationOID="101"/><StudyEventData StudyEventOID="AE"><FormData FormOID="AE" FormRepeatKey="1"><ItemGroupData ItemGroupOID="AE_LOG_LINE" ItemGroupRepeatKey="${record}" TransactionType="Upsert">${toItems(items)}</ItemGroupData></FormData></StudyEventData></SubjectData></ClinicalData>`
    const file = toOdm(
      'FileType="Transactional" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata"',
      entry(1, { 'AE.AETERM': 'Headache' }) + entry(2, { 'AE.AETERM': 'Nausea' }) + entry(3, { 'AE.AETERM': 'Rash' }),
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([
      { system: 'Medidata Rave', profile: 'rave-audit-records', confidence: 'sure' },
    ])
    expect(proposal.config).toMatchObject({ sources: [{ transfer: 'delta', map: { subjectKey: 'SubjectKey' } }] })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['Headache', 'Nausea', 'Rash'] })
  })

  const OPENCLINICA = 'xmlns:OpenClinica="http://www.openclinica.org/ns/odm_ext_v130/v3.1"'
  const DEFINITIONS = `<Study OID="S_ABC"><GlobalVariables><StudyName>A study</StudyName><ProtocolName>ABC-101</ProtocolName></GlobalVariables><MetaDataVersion OID="v1">
<FormDef OID="F_LOG_V10" Name="Adverse Events Log - V1.0"/>
<ItemDef OID="I_LOG_X1" Name="AE_DESC" DataType="text" Length="8"/><ItemDef OID="I_LOG_X2" Name="AE_DTON" DataType="date"/></MetaDataVersion></Study>`
  const toOpenClinica = (attributes: string, version: string) =>
    toOdm(
      `FileType="Snapshot" ${OPENCLINICA}`,
      `${DEFINITIONS}<ClinicalData StudyOID="S_ABC"><SubjectData SubjectKey="SS_1" OpenClinica:StudySubjectID=" 101-001"><StudyEventData StudyEventOID="SE_AE"><FormData FormOID="F_LOG${version}" ${attributes}>${['Headache', 'Nausea', 'Rash'].map((term, at) => `<ItemGroupData ItemGroupOID="IG_LOG" ItemGroupRepeatKey="${at + 1}">${toItems({ I_LOG_X1: term, I_LOG_X2: '2024-01' })}</ItemGroupData>`).join('')}</FormData></StudyEventData></SubjectData></ClinicalData>`,
    )

  test('OpenClinica 3: items are known by their definitions, forms of every version', async () => {
    const file = toOpenClinica('OpenClinica:Version="V1.0"', '_V10')
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([
      { system: 'OpenClinica 3 or LibreClinica', profile: 'openclinica-3', confidence: 'sure' },
    ])
    expect(proposal.config).toMatchObject({
      study: { protocol: 'ABC-101' },
      sources: [
        {
          forms: ['F_LOG_V*'],
          formVersion: '_V[0-9]+',
          groups: ['IG_LOG'],
          map: { subjectKey: 'SubjectKey', AETERM: 'I_LOG_X1', AESTDAT: 'I_LOG_X2' },
        },
      ],
    })
    expect(proposal.evidence.find(({ field }) => field === 'sources[0].map.AETERM')?.why).toMatch(/^called "AE_DESC"; /)
    expect(await readProposed(proposal, file)).toEqual({ ae: ['Headache', 'Nausea', 'Rash'] })
  })

  test('OpenClinica 3: other versions of the form are no forms that are left out', async () => {
    const data = (version: string) =>
      `<SubjectData SubjectKey="SS${version}"><StudyEventData StudyEventOID="SE_AE"><FormData FormOID="F_LOG${version}" OpenClinica:Version="1">${['Headache', 'Nausea', 'Rash'].map((term, at) => `<ItemGroupData ItemGroupOID="IG_LOG" ItemGroupRepeatKey="${at + 1}">${toItems({ I_LOG_X1: term })}</ItemGroupData>`).join('')}</FormData></StudyEventData></SubjectData>`
    const { evidence } = await propose(
      toOdm(
        `FileType="Snapshot" ${OPENCLINICA}`,
        `${DEFINITIONS}<ClinicalData StudyOID="S_ABC">${data('_V10')}${data('_V11')}</ClinicalData>`,
      ),
    )
    const domain = evidence.find(({ field }) => field === 'sources[0].domain')
    expect(domain).toMatchObject({ confidence: 'sure', why: expect.not.stringContaining('left out') })
  })

  test('OpenClinica 4 is told from it by what it adds', async () => {
    const file = toOpenClinica('OpenClinica:FormLayoutOID="F_LOG_1" OpenClinica:WorkflowStatus="complete"', '')
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'OpenClinica 4', confidence: 'sure' }])
    expect(await readProposed(proposal, file)).toEqual({ ae: ['Headache', 'Nausea', 'Rash'] })
  })

  test('a term is known by its question where its OID and its name say nothing', async () => {
    const items = ['Describe the adverse event', 'Start date', 'Treatment given']
      .map(
        (question, at) =>
          `<ItemDef OID="I.${at}" Name="New item" DataType="text"><Question><TranslatedText>${question}</TranslatedText></Question></ItemDef>`,
      )
      .join('')
    const form = (key: number, term: string) =>
      `<StudyEventData StudyEventOID="SE.1" StudyEventRepeatKey="${key}"><FormData FormOID="F.1"><ItemGroupData ItemGroupOID="IG.1">${toItems({ 'I.0': term, 'I.1': '2024-01-05', 'I.2': 'Paracetamol' })}</ItemGroupData></FormData></StudyEventData>`
    const file = toOdm(
      'FileType="Snapshot"',
      `<Study OID="S.1"><MetaDataVersion OID="M"><FormDef OID="F.1" Name="Adverse events"/>${items}</MetaDataVersion></Study><ClinicalData StudyOID="S.1"><SubjectData SubjectKey="1">${form(1, 'Headache')}${form(2, 'Nausea')}${form(3, 'Rash')}</SubjectData></ClinicalData>`,
    )
    const proposal = await propose(file)
    expect(proposal.config).toMatchObject({ sources: [{ map: { AETERM: 'I.0', AESTDAT: 'I.1' } }] })
    expect(proposal.evidence.find(({ field }) => field === 'sources[0].map.AETERM')?.confidence).toBe('likely')
    expect(await readProposed(proposal, file)).toEqual({ ae: ['Headache', 'Nausea', 'Rash'] })
  })

  test('where nothing tells the two apart, both are named', async () => {
    const proposal = await propose(toOpenClinica('', ''))
    expect(proposal.systems).toMatchObject([
      { system: 'OpenClinica 3 or LibreClinica or OpenClinica 4', profile: null, confidence: 'unsure' },
    ])
  })

  test('REDCap: no events around the forms, and the fields of a form in several groups', async () => {
    const form = (key: number, term: string) =>
      `<FormData FormOID="Form.adverse_events" FormRepeatKey="${key}"><ItemGroupData ItemGroupOID="adverse_events.ae_term" ItemGroupRepeatKey="1">${toItems({ ae_term: term })}</ItemGroupData><ItemGroupData ItemGroupOID="adverse_events.ae_severity" ItemGroupRepeatKey="1">${toItems({ ae_severity: '1', adverse_events_complete: '2' })}</ItemGroupData></FormData>`
    const file = toOdm(
      'FileType="Snapshot" SourceSystem="REDCap" SourceSystemVersion="14.7.3" xmlns:redcap="https://projectredcap.org"',
      `<ClinicalData StudyOID="Project.ABC"><SubjectData SubjectKey="1">${form(1, 'Headache')}${form(2, 'Nausea')}</SubjectData><SubjectData SubjectKey="2">${form(1, 'Rash')}</SubjectData></ClinicalData>`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'REDCap', profile: 'redcap-odm', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({
      sources: [{ record: 'form', forms: ['Form.adverse_events'], map: { AETERM: 'ae_term', AESEV: 'ae_severity' } }],
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['Headache', 'Nausea', 'Rash'] })
  })

  const toPlain = (root: string, oids: { form: string; group: string; term: string; sex: string }) =>
    toOdm(
      root,
      `<ClinicalData StudyOID="ABC101" MetaDataVersionOID="1">${['Headache', 'Nausea', 'Rash']
        .map(
          (term, at) =>
            `<SubjectData SubjectKey="S${at}"><StudyEventData StudyEventOID="E"><FormData FormOID="${oids.form}" FormRepeatKey="1"><ItemGroupData ItemGroupOID="${oids.group}">${toItems({ [oids.term]: term })}</ItemGroupData></FormData><FormData FormOID="DM"><ItemGroupData ItemGroupOID="DM">${toItems({ [oids.sex]: 'F' })}</ItemGroupData></FormData></StudyEventData></SubjectData>`,
        )
        .join('')}</ClinicalData>`,
    )

  test.each([
    ['Viedoc', 'viedoc-odm', 'FileType="Snapshot" xmlns:v4="http://www.viedoc.net/ns/v4"'],
    [
      'Oracle Clinical One',
      'clinical-one-odm',
      'FileType="Snapshot" SourceSystem="Oracle Life Sciences Clinical One" xmlns:co="https://docs.oracle.com/en/industries/life-sciences/clinical-one/odm/extensions/v1"',
    ],
    ['Castor', 'castor-odm', 'FileType="Snapshot" SourceSystem="Castor EDC"'],
  ])('%s', async (system, profile, root) => {
    const file = toPlain(root, { form: 'AE', group: 'AE', term: 'AETERM', sex: 'SEX' })
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system, profile, confidence: 'sure' }])
    expect(await readProposed(proposal, file)).toEqual({
      ae: ['Headache', 'Nausea', 'Rash'],
      dm: ['S0 F', 'S1 F', 'S2 F'],
    })
  })

  test('InForm: items are named by their whole path', async () => {
    const oids = {
      form: 'frmAE',
      group: 'frmAE.sctAE',
      term: 'frmAE.sctAE.itmAETERM.txtAETERM',
      sex: 'frmDM.sctDM.itmSEX.rdcSEX',
    }
    const file = toPlain('FileType="Snapshot" SourceSystem="InForm" xmlns:pf="urn:pf"', oids)
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'Oracle InForm', profile: 'inform-odm', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({ sources: [{ map: { AETERM: oids.term } }, { map: { SEX: oids.sex } }] })
    expect(await readProposed(proposal, file)).toEqual({
      ae: ['Headache', 'Nausea', 'Rash'],
      dm: ['S0 F', 'S1 F', 'S2 F'],
    })
  })

  test('secuTrial: typed items in a file of changes', async () => {
    const record = (key: number, term: string) =>
      `<SubjectData SubjectKey="S1" TransactionType="Insert"><StudyEventData StudyEventOID="AE" StudyEventRepeatKey="AE.${key}"><FormData FormOID="FF.AE"><ItemGroupData ItemGroupOID="IG.AE" TransactionType="Insert"><ItemDataString ItemOID="FF.AE.ae_term">${term}</ItemDataString><ItemDataAny ItemOID="FF.AE.ae_start" IsNull="Yes"/></ItemGroupData></FormData></StudyEventData></SubjectData>`
    const file = toOdm(
      'FileType="Transactional" SourceSystem="secuTrial" SourceSystemVersion="6.0"',
      `<ClinicalData StudyOID="ABC101" MetaDataVersionOID="1">${record(1, 'Headache')}${record(2, 'Nausea')}${record(3, 'Rash')}</ClinicalData>`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'secuTrial', profile: 'secutrial-odm', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({ sources: [{ transfer: 'delta', forms: ['FF.AE'] }] })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['Headache', 'Nausea', 'Rash'] })
  })

  test('an ODM of nobody is not claimed to be of a system', async () => {
    const file = toPlain('FileType="Snapshot"', { form: 'AE', group: 'IG.AE', term: 'IT.AETERM', sex: 'IT.SEX' })
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: '', profile: null }])
    expect(await readProposed(proposal, file)).toEqual({
      ae: ['Headache', 'Nausea', 'Rash'],
      dm: ['S0 F', 'S1 F', 'S2 F'],
    })
  })

  test('labels are not believed: an item defined as the term that holds codes is not taken', async () => {
    const file = toOdm(
      'FileType="Snapshot"',
      `<Study OID="ABC101"><MetaDataVersion OID="1"><ItemDef OID="I1" Name="AETERM"/><ItemDef OID="I2" Name="Conmed indication"><Question><TranslatedText>Adverse event term</TranslatedText></Question></ItemDef></MetaDataVersion></Study><ClinicalData StudyOID="ABC101">${[1, 2, 3, 4].map((at) => `<SubjectData SubjectKey="S${at}"><StudyEventData StudyEventOID="E"><FormData FormOID="AE"><ItemGroupData ItemGroupOID="AE">${toItems({ I1: String(at), I2: `Headache ${at}` })}</ItemGroupData></FormData></StudyEventData></SubjectData>`).join('')}</ClinicalData>`,
    )
    const { config, evidence } = await propose(file)
    expect(config.sources).toMatchObject([{ map: { AETERM: 'I2' } }])
    expect(evidence.find(({ field }) => field === 'sources[0].map.AETERM')?.confidence).not.toBe('sure')
  })
})
