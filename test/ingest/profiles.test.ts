/** A small invented export of each system: what it is taken for, how surely, and that what is proposed can be run. */
import { describe, expect, test } from 'vitest'
import { PROFILES } from '../../pipeline/ingest/profiles/all.ts'
import { propose, readProposed, toEncodedFile } from './proposed.ts'
import { toFile } from './text-file.ts'

describe('tables', () => {
  test('Rave clinical views: structure, line number, dates as entered', async () => {
    const file = toFile(
      'AE.csv',
      `project,environmentName,Subject,SiteNumber,Folder,InstanceName,InstanceRepeatNumber,DataPageName,DataPageId,PageRepeatNumber,RecordPosition,RecordId,MinCreated,MaxUpdated,AETERM,AETERM_PT,AETERM_PT_CODE,AESTDAT,AESTDAT_RAW,AESER
ABC-101,Prod,101-001,101,AE,Adverse Events,0,Adverse Events,55,0,0,8999,2026-01-01,2026-01-02,,,,,,
ABC-101,Prod,101-001,101,AE,Adverse Events,0,Adverse Events,55,0,1,9001,2026-01-01,2026-01-02,Headache,X,1,05JAN2024,05 JAN 2024,No
ABC-101,Prod,101-001,101,AE,Adverse Events,0,Adverse Events,55,0,2,9002,2026-01-01,2026-01-02,Nausea,X,1,,UN FEB 2024,No
ABC-101,Prod,102-001,102,AE,Adverse Events,0,Adverse Events,56,0,1,9003,2026-01-01,2026-01-02,Rash,X,1,01MAR2024,01 MAR 2024,Yes
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([
      { system: 'Medidata Rave', profile: 'rave-clinical-views', confidence: 'sure' },
    ])
    expect(proposal.config).toMatchObject({
      study: { protocol: 'ABC-101', environment: 'production' },
      sources: [
        {
          key: ['RecordPosition'],
          map: {
            subject: 'Subject',
            site: 'SiteNumber',
            event: 'Folder',
            eventRepeat: 'InstanceRepeatNumber',
            formRepeat: 'PageRepeatNumber',
            AESTDAT: 'AESTDAT_RAW',
          },
        },
      ],
    })
    expect(await readProposed(proposal, file)).toEqual({
      ae: ['2 skipped empty-record', '3 "Headache"', '4 "Nausea"', '5 "Rash"'],
    })
  })

  test('REDCap, raw: an instrument each for AE and MH, demographics from the base rows', async () => {
    const file = toFile(
      'export.csv',
      `record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,birth_date,ae_yn,ae_term,ae_start,mh_term,mh_start,adverse_events_complete,medical_history_complete
1,,,M,1980-02-03,,,,,,,
1,adverse_events,1,,,1,Headache,2024-01-05,,,2,
1,adverse_events,2,,,1,Nausea,2024-02-05,,,2,
1,medical_history,1,,,,,,Asthma,2001,,2
2,,,F,1975-04-05,,,,,,,
2,adverse_events,1,,,0,,,,,2,
2,medical_history,1,,,,,,Migraine,2010-05,,2
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'REDCap', profile: 'redcap-csv-raw', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({
      sources: [
        {
          id: 'ae',
          only: [{ column: 'redcap_repeat_instrument', in: ['adverse_events'] }],
          noEvent: [{ column: 'ae_yn', in: ['0'] }],
          key: ['redcap_repeat_instance'],
        },
        { id: 'mh', only: [{ column: 'redcap_repeat_instrument', in: ['medical_history'] }] },
        { id: 'dm', only: [{ column: 'redcap_repeat_instrument', in: [''] }] },
      ],
    })
    expect(await readProposed(proposal, file)).toMatchObject({
      ae: expect.arrayContaining(['3 "Headache"', '4 "Nausea"', '7 skipped no-event']) as string[],
      mh: expect.arrayContaining(['5 "Asthma"', '8 "Migraine"']) as string[],
      dm: expect.arrayContaining(['2 1 M 1980', '6 2 F 1975']) as string[],
    })
  })

  test('REDCap with labels, two of them the same', async () => {
    const file = toFile(
      'labels.csv',
      `Record ID,Repeat Instrument,Repeat Instance,Data Access Group,Adverse event term,AE start date,Comments,Complete?,Comments,Complete?
1,,,Site A,,,,,tea,Complete
1,Adverse Events,1,Site A,Headache,2024-01-05,,Complete,,
1,Adverse Events,2,Site A,Nausea,2024-02-05,,Complete,,
2,Adverse Events,1,Site B,Rash,2024-02-07,,Complete,,
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'REDCap', profile: 'redcap-csv-labels', confidence: 'sure' }])
    expect(await readProposed(proposal, file)).toEqual({
      ae: ['2 skipped other-form', '3 "Headache"', '4 "Nausea"', '5 "Rash"'],
    })
  })

  test('Castor, new header: semicolons, a custom name as the number, day before month though no date shows it', async () => {
    const file = toFile(
      'study_AE_export.csv',
      `Participant Id;Participant Status;Site Abbreviation;Repeating Data Creation Date;Repeating data Name Custom;Repeating data Parent;AE_term;AE_start_date
110001;Included;AMC;05-03-2024 10:00:00;AE - 1;Adverse events;Headache;05-03-2024
110001;Included;AMC;06-03-2024 10:00:00;AE - 2;Adverse events;Nausea;UK-03-2024
110002;Included;AMC;07-03-2024 10:00:00;AE - 1;Adverse events;Rash - itchy;07-03-2024
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'Castor', profile: 'castor-csv', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({
      sources: [
        {
          dateOrder: 'dmy',
          key: ['Repeating data Name Custom'],
          map: { subject: 'Participant Id', site: 'Site Abbreviation', event: 'Repeating data Parent' },
        },
      ],
    })
    expect(proposal.evidence.find(({ field }) => field === 'sources[0].dateOrder')).toMatchObject({
      confidence: 'likely',
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['2 "Headache"', '3 "Nausea"', '4 "Rash - itchy"'] })
  })

  test('Castor, old header', async () => {
    const file = toFile(
      'reports_ae.csv',
      `Record Id;Institute Abbreviation;Report Creation Date;Report Name Custom;Report Parent;ae_term;ae_start_date
1;AMC;05-03-2024;AE 1;No parent;Headache;25-03-2024
1;AMC;06-03-2024;AE 2;No parent;Nausea;26-03-2024
2;AMC;07-03-2024;AE 1;No parent;Rash;27-03-2024
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'Castor', profile: 'castor-csv-old', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({
      sources: [{ key: ['Report Name Custom'], map: { subject: 'Record Id', site: 'Institute Abbreviation' } }],
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['2 "Headache"', '3 "Nausea"', '4 "Rash"'] })
  })

  test('Viedoc: a byte order mark and semicolons', async () => {
    const file = toFile(
      'AE.csv',
      `\ufeffSiteSeq;SiteName;SiteCode;SubjectSeq;SubjectId;EventSeq;EventId;EventName;ActivityId;FormSeq;SubjectFormSeq;AETERM;AESTDAT;AESEV
1;Uppsala;01;1;SE-01-001;1;AE;Adverse events;ACT1;1;1;Headache;2024-01-05;1
1;Uppsala;01;1;SE-01-001;1;AE;Adverse events;ACT1;2;2;Nausea;2024-01-06;2
1;Uppsala;01;2;SE-01-002;1;AE;Adverse events;ACT1;1;1;Rash;2024-01-07;3
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'Viedoc', profile: 'viedoc-csv', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({
      sources: [
        {
          key: ['SubjectFormSeq'],
          map: { subject: 'SubjectId', site: 'SiteCode', event: 'EventId', eventRepeat: 'EventSeq' },
        },
      ],
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['2 "Headache"', '3 "Nausea"', '4 "Rash"'] })
  })

  test('secuTrial: .xls that is tab-separated text in Latin-1, with a column without a name at its end', async () => {
    const file = toEncodedFile(
      'latin1',
      's_export_CSV-xls_ABC_20240501.zip/ae.xls',
      `mnppid\tmnpaid\tmnpctrid\tmnpdocid\tmnplastedit\tmnpcvpid\tmnpvislabel\tae_term\tae_start\t
1501\tABC-001\t12\t20001\t201905100900\t301\tAE\tÜbelkeit\t20190415\t
1501\tABC-001\t12\t20002\t201905100901\t302\tAE\tHeadache\t20190416\t
1502\tABC-002\t12\t20003\t201905100902\t303\tAE\tRash\t20190417\t
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'secuTrial', profile: 'secutrial-tables', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({
      sources: [{ encoding: 'windows-1252', key: ['mnpdocid'], map: { subject: 'mnpaid', AETERM: 'ae_term' } }],
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['2 "Übelkeit"', '3 "Headache"', '4 "Rash"'] })
  })

  test('Clinical One: only the rows that are current, dates as entered', async () => {
    const file = toFile(
      'AE.csv',
      `STUDY,SITE,SUBJECT,VISIT,EVENT_INSTANCE_NUMBER,FORM,REPEAT_SEQUENCE_NUMBER,IS_CURRENT,AETERM_R,AETERM_F,AETERM_D,AETERM,AESTDAT_R,AESTDAT_F,AESTDAT_D,AESTDAT
ABC101,10,10-001,AE,1,AE,1,N,Headach,Headach,,Headach,05-Jan-2024,2024-01-05,,2024-01-05
ABC101,10,10-001,AE,1,AE,1,Y,Headache,Headache,,Headache,05-Jan-2024,2024-01-05,,2024-01-05
ABC101,10,10-001,AE,1,AE,2,Y,Nausea,Nausea,,Nausea,UNK-Jan-2024,,,
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([
      { system: 'Oracle Clinical One', profile: 'clinical-one-extract', confidence: 'sure' },
    ])
    expect(proposal.config).toMatchObject({
      sources: [
        {
          only: [{ column: 'IS_CURRENT', in: ['Y'] }],
          key: ['REPEAT_SEQUENCE_NUMBER'],
          map: { subject: 'SUBJECT', event: 'VISIT', AETERM: 'AETERM', AESTDAT: 'AESTDAT_R' },
        },
      ],
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['2 skipped other-form', '3 "Headache"', '4 "Nausea"'] })
  })

  test('Clinical One without such a column: rows are states, the last one counts', async () => {
    const file = toFile(
      'AE.csv',
      `SITE,SUBJECT,VISIT,EVENT_INSTANCE_NUMBER,FORM,REPEAT_SEQUENCE_NUMBER,VERSION_START,AETERM_R,AETERM_F,AETERM_D,AETERM
10,10-001,AE,1,AE,1,2024-01-05T10:00:00,Headach,Headach,,Headach
10,10-001,AE,1,AE,1,2024-01-05T11:00:00,Headache,Headache,,Headache
10,10-001,AE,1,AE,2,2024-01-05T12:00:00,Nausea,Nausea,,Nausea
`,
    )
    const proposal = await propose(file)
    expect(proposal.config).toMatchObject({ sources: [{ rows: 'changes', key: ['REPEAT_SEQUENCE_NUMBER'] }] })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['2 superseded', '3 "Headache"', '4 "Nausea"'] })
  })

  test('InForm name-value pairs cannot be mapped, and say what to export instead', async () => {
    const file = toFile(
      'export.txt',
      `PA1(1)|Visit1|1|AE|AESECT||0|AETERM.TERM||Headache
PA1(1)|Visit1|1|AE|AESECT||0|AESTDAT.DATE||2024
`,
    )
    await expect(propose(file)).rejects.toMatchObject({
      code: 'FORMAT_UNKNOWN',
      facts: { found: 'an export of Oracle InForm that cannot be mapped: name-value pairs' },
    })
  })

  test('InForm tables of a form, with pipes', async () => {
    const file = toFile(
      'AE.txt',
      `SITEMNEMONIC|SUBJECTNUMBERSTR|VISITREFNAME|VISITINDEX|FORMREFNAME|FORMINDEX|ITEMSETINDEX|AETERM|AESER
S1|S1-001|vstAE|1|frmAE|1|1|Headache|N
S1|S1-001|vstAE|1|frmAE|1|2|Nausea|N
S2|S2-001|vstAE|1|frmAE|1|1|Rash|Y
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'Oracle InForm', profile: 'inform-table', confidence: 'likely' }])
    expect(proposal.config).toMatchObject({
      sources: [
        { key: ['ITEMSETINDEX'], map: { subject: 'SUBJECTNUMBERSTR', event: 'VISITREFNAME', formRepeat: 'FORMINDEX' } },
      ],
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['2 "Headache"', '3 "Nausea"', '4 "Rash"'] })
  })

  const SDTM_AE = `STUDYID,DOMAIN,USUBJID,AESEQ,AETERM,AEMODIFY,AEDECOD,AESEV,AESTDTC
ABC101,AE,ABC101-001,1,Headache,HEADACHE NOS,X,MILD,2024-01
ABC101,AE,ABC101-001,2,Nausea,,X,MILD,2024-02-03
ABC101,AE,ABC101-002,1,Rash,,X,SEVERE,2024-02
`

  test('SDTM from a CRO: the subject is USUBJID, and what a coder wrote is not taken for a translation', async () => {
    const ae = toFile('ae.csv', SDTM_AE)
    const dm = toFile(
      'dm.csv',
      'STUDYID,DOMAIN,USUBJID,SEX,BRTHDTC,ARM\nABC101,DM,ABC101-001,M,1980,A\nABC101,DM,ABC101-002,F,1990-02,B\n',
    )
    const proposal = await propose(ae, dm)
    expect(proposal.systems).toMatchObject([{ system: 'CDISC SDTM', confidence: 'sure', files: ['ae.csv', 'dm.csv'] }])
    expect(proposal.config).toMatchObject({
      usubjid: '{subject}',
      sources: [
        { id: 'ae', key: ['AESEQ'], map: { subject: 'USUBJID', AETERM: 'AETERM', AESTDTC: 'AESTDTC' } },
        { id: 'dm', map: { subject: 'USUBJID', SEX: 'SEX', BRTHDAT: 'BRTHDTC' } },
      ],
    })
    expect(JSON.stringify(proposal.config)).not.toMatch(/AEMODIFY|AESPID|ARM/)
    expect(await readProposed(proposal, ae, dm)).toEqual({
      ae: ['2 "Headache"', '3 "Nausea"', '4 "Rash"'],
      dm: ['2 ABC101-001 M 1980', '3 ABC101-002 F 1990'],
    })
  })

  test('SDTM as Dataset-JSON is the same', async () => {
    const names = ['STUDYID', 'DOMAIN', 'USUBJID', 'AESEQ', 'AETERM']
    const file = toFile(
      'ae.json',
      JSON.stringify({
        datasetJSONCreationDateTime: '2024-05-01T00:00:00',
        datasetJSONVersion: '1.1.0',
        itemGroupOID: 'IG.AE',
        records: 2,
        name: 'AE',
        label: 'Adverse Events',
        columns: names.map((name) => ({ itemOID: `IT.AE.${name}`, name, label: name, dataType: 'string' })),
        rows: [
          ['ABC101', 'AE', 'ABC101-001', '1', 'Headache'],
          ['ABC101', 'AE', 'ABC101-001', '2', 'Nausea'],
        ],
      }),
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ system: 'CDISC SDTM', confidence: 'sure' }])
    expect(await readProposed(proposal, file)).toEqual({ ae: ['1 "Headache"', '2 "Nausea"'] })
  })

  test('CDASH names are named as a convention, not as a system', async () => {
    const file = toFile(
      'ae.csv',
      'STUDYID,SITEID,SUBJID,AEYN,AESPID,AETERM,AESTDAT,AESEV,AESER\nABC101,1,001,Y,1,Headache,2024-01-05,MILD,N\nABC101,1,001,Y,2,Nausea,2024-01-06,MILD,N\nABC101,1,002,N,,,,,\n',
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ profile: 'cdisc-cdash', confidence: 'sure' }])
    expect(proposal.systems[0]?.system).toContain('of no system that is known')
    expect(await readProposed(proposal, file)).toEqual({ ae: ['2 "Headache"', '3 "Nausea"', '4 skipped no-event'] })
  })

  test('a wide form is folded', async () => {
    const file = toFile(
      'ae.csv',
      'SUBJID,VISIT,AETERM1,AESEV1,AETERM2,AESEV2\n1,V1,Headache,Mild,Nausea,Severe\n2,V1,Rash,Mild,,\n3,V1,Vomiting,Mild,Fever,Mild\n',
    )
    const proposal = await propose(file)
    expect(proposal.config).toMatchObject({ sources: [{ map: { AETERM: 'AETERM{n}', AESEV: 'AESEV{n}' } }] })
    expect(await readProposed(proposal, file)).toEqual({
      ae: ['2 "Headache" "Nausea"', '3 "Rash"', '4 "Vomiting" "Fever"'],
    })
  })
})

describe('what is not recognised', () => {
  test('a table of nobody is not claimed to be of a system', async () => {
    const file = toFile(
      'ae-listing.csv',
      'PatientNo,Nr,Adverse event\n1001,1,Headache\n1001,2,bad headache\n1002,1,Nausea\n',
    )
    expect((await propose(file)).systems).toMatchObject([{ system: '', profile: null, confidence: 'unsure' }])
  })

  test('nor is one that has a single trait of one', async () => {
    const file = toFile('ae.csv', 'Subject;Nr;Adverse event\n1001;1;Headache\n1001;2;Rash\n1002;1;Nausea\n')
    expect((await propose(file)).systems).toMatchObject([{ system: '', profile: null }])
  })

  test('two systems that are equally likely are both named, and neither is followed', async () => {
    const file = toFile(
      'export.csv',
      'Participant Id,Participant Status,redcap_data_access_group,ae_no,ae_term\n1,In,A,1,Headache\n1,In,A,2,Nausea\n2,In,B,1,Rash\n',
    )
    const [system] = (await propose(file)).systems
    expect(system).toMatchObject({ system: 'REDCap or Castor', profile: null, confidence: 'unsure' })
    expect(system?.why).toContain('nothing tells them apart')
  })

  test('files without events are said to be such, and whose they are', async () => {
    const first = toFile('vs.csv', 'STUDYID,DOMAIN,USUBJID,VSSEQ,VSORRES\nA,VS,A-1,1,120\n')
    const second = toFile('lb.csv', 'STUDYID,DOMAIN,USUBJID,LBSEQ,LBORRES\nA,LB,A-1,1,5\n')
    await expect(propose(first, second)).rejects.toMatchObject({
      code: 'FORMAT_UNKNOWN',
      facts: { found: expect.stringContaining('it is an export of CDISC SDTM, sure') as string },
    })
  })

  test('a file that cannot be read is left out with its reason, and the others are read', async () => {
    const broken = toFile('notes.json', '{"a": 1}')
    const ae = toFile('ae.csv', 'SUBJID,AESPID,AETERM\n1,1,Headache\n1,2,Nausea\n')
    const { unused, config } = await propose(broken, ae)
    expect(unused).toEqual([{ file: 'notes.json', why: 'JSON that is no Dataset-JSON' }])
    expect(config.sources).toMatchObject([{ files: ['ae.csv'] }])
  })

  test('a file with the very columns of the one that is taken may be a part of the export, and is said to be', async () => {
    const one = toFile('part-0.csv', 'SUBJID,AESPID,AETERM\n1,1,Headache\n')
    const two = toFile('part-1.csv', 'SUBJID,AESPID,AETERM\n2,1,Rash\n')
    const other = toFile('sae.csv', 'SUBJID,AESPID,AETERM,AESER\n1,1,Headache,Y\n')
    const { unused, config } = await propose(one, two)
    expect(config.sources).toMatchObject([{ files: ['part-1.csv'] }])
    expect(unused).toEqual([
      {
        file: 'part-0.csv',
        why: expect.stringMatching(/^has the same columns or items as part-1\.csv.* under "files" too$/),
      },
    ])
    const toSite = (site: string) =>
      toFile(
        `site-${site}.xml`,
        `<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><ClinicalData StudyOID="A"><SubjectData SubjectKey="${site}-1"><StudyEventData StudyEventOID="E"><FormData FormOID="AE"><ItemGroupData ItemGroupOID="G"><ItemData ItemOID="AETERM" Value="Headache"/></ItemGroupData></FormData></StudyEventData></SubjectData></ClinicalData></ODM>`,
      )
    const { unused: sites } = await propose(toSite('101'), toSite('102'))
    expect(sites).toMatchObject([
      { file: 'site-101.xml', why: expect.stringMatching(/^has the same columns or items/) },
    ])
    expect((await propose(one, other)).unused).toMatchObject([{ why: expect.stringMatching(/could hold AE too/) }])
  })
})

test('every profile says what it is recognised by and where that is known from', () => {
  for (const { id, marks } of PROFILES) {
    expect({ id, marks: marks.length > 0 }).toEqual({ id, marks: true })
    for (const { from, says } of marks) expect({ id, says, from: from.length > 0 }).toEqual({ id, says, from: true })
  }
  expect(new Set(PROFILES.map(({ id }) => id)).size).toBe(PROFILES.length)
})
