/** Exports laid out as their systems write them, where that differs from one plain table: what init makes of them. */
import { describe, expect, test } from 'vitest'
import { propose, readProposed, toEncodedFile } from './proposed.ts'
import { toFile } from './text-file.ts'

const VIEDOC_LABELS =
  'Site sequence number,Site name,Site code,Subject sequence number,Subject Id,Event sequence number,Event Id,Event name,Activity Id,Form sequence number,Subject form sequence number'
const VIEDOC_IDS =
  'SiteSeq,SiteName,SiteCode,SubjectSeq,SubjectId,EventSeq,EventId,EventName,ActivityId,FormSeq,SubjectFormSeq'

describe('the line of the header', () => {
  test('is the second where the first has labels of the same columns, as Viedoc writes them', async () => {
    const file = toFile(
      'ABC_20240601_AE.csv',
      `${VIEDOC_LABELS},Description,Start date,Severity
${VIEDOC_IDS},AETERM,AESTDAT,AESEV
1,Uppsala,01,1,SE-01-001,1,COMMON_AE,Adverse Events,LOG,1,1,Headache,2024-01-05,Mild
1,Uppsala,01,1,SE-01-001,2,COMMON_AE,Adverse Events,LOG,1,2,Nausea,2024-NK-NK,Severe
1,Uppsala,01,2,SE-01-002,1,COMMON_AE,Adverse Events,LOG,1,1,Rash,2024-01-07,Mild
`,
    )
    const proposal = await propose(file)
    expect(proposal.config.sources).toMatchObject([
      { headerLine: 2, key: ['SubjectFormSeq'], map: { subject: 'SubjectId', AETERM: 'AETERM', AESEV: 'AESEV' } },
    ])
    expect(proposal.evidence).toContainEqual({
      field: 'sources[0].headerLine',
      column: null,
      why: 'line 2 names the columns; what stands above it is no data and is left out',
      confidence: 'likely',
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['3 "Headache"', '4 "Nausea"', '5 "Rash"'] })
  })

  test('comes after a title, found anew in each file', async () => {
    const text = `Study ABC-101 adverse events

subject,site,aeno,aeterm,aestdat
101,S1,1,Headache,2024-01-05
102,S1,1,"Rash, arms",2024-01-06
`
    for (const title of ['', 'all sites, all subjects\n', 'a;b\n']) {
      const file = toFile('ae.csv', title + text)
      const line = title === '' ? 3 : 4
      const proposal = await propose(file)
      expect(proposal.config.sources).toMatchObject([{ map: { AETERM: 'aeterm' } }])
      expect(proposal.evidence.find(({ field }) => field.endsWith('headerLine'))?.why).toMatch(`line ${line} is`)
      expect(await readProposed(proposal, file)).toEqual({ ae: [`${line + 1} "Headache"`, `${line + 2} "Rash, arms"`] })
    }
  })

  test('is the first where rows only resemble it', async () => {
    const file = toFile(
      'ae.csv',
      'subject,site,term,aeterm,severity\nsubject,site,x,Headache,Mild\n102,S1,x,Rash,Mild\n',
    )
    expect((await propose(file)).config.sources).not.toMatchObject([{ headerLine: 2 }])
  })
})

describe('names with a date', () => {
  const ROWS = 'subject,aeno,aeterm,aestdat\n101,1,Headache,2024-01-05\n102,1,Rash,2024-01-06\n'
  const filesOf = async (...names: string[]) =>
    (await propose(...names.map((name) => toFile(name, ROWS)))).config.sources.flatMap(
      (source) => (source as { files: string[] }).files,
    )

  test.each([
    ['ABC_20240601_152027_AE.csv', 'ABC_*_AE.csv'],
    ['ae-2024-06-01.csv', 'ae-*.csv'],
    ['s_export_CSV-xls_ABC_20240601-104345_de.zip/ae.xls', 's_export_CSV-xls_ABC_*_de.zip/ae.xls'],
    ['2024-06-01/ae.csv', '2024-06-01/ae.csv'],
    ['ae_protocol20241234.csv', 'ae_protocol20241234.csv'],
    ['ae.csv', 'ae.csv'],
  ])('%s is looked for as %s, so that the next transfer is found by it', async (name, pattern) => {
    expect(await filesOf(name)).toEqual([pattern])
  })

  test('stay where * would find another file of the export', async () => {
    expect(await filesOf('ae_20240601.csv', 'ae_20240701.csv')).toEqual(['ae_20240701.csv'])
    expect(await filesOf('ae_20240601.csv', 'ae_1.csv')).toEqual(['ae_20240601.csv'])
  })
})

describe('columns as systems call them', () => {
  const PLACE =
    'STUDYNAME|SITEMNEMONIC|SUBJECTNUMBERSTR|SUBJECTID|VISITREFNAME|VISITINDEX|FORMREFNAME|FORMINDEX|DELETEDFORM|ITEMSETINDEX|DELETEDITEMSET'

  test('InForm: items with their prefix, dates as entered, deleted itemsets left out', async () => {
    const file = toFile(
      'RD_FRMAE_SCTAEENTRY.txt',
      `${PLACE}|ITMAESEQNUM|ITMAEEVENT|ITMAESTARTDT|ITMAESTARTDT_DTS|ITMAESEV|ITMAESEV_C|ITMAESER
ABC-301|S01|1001|5001|CE|1|frmAE|1|N|1|N|1|Headache|2024-06-19T00:00:00|19/JUN/2024|Mild|1|No
ABC-301|S01|1001|5001|CE|1|frmAE|1|N|2|Y|2|Entered in error|2024-06-19T00:00:00|19/JUN/2024|Mild|1|No
ABC-301|S02|1002|5002|CE|1|frmAE|1|N|1|N|1|Rash, itchy||UNK/JUN/2024|Severe|3|Yes
`,
    )
    const proposal = await propose(file)
    expect(proposal.systems).toMatchObject([{ profile: 'inform-table', confidence: 'sure' }])
    expect(proposal.config).toMatchObject({
      study: { protocol: 'ABC-301' },
      sources: [
        {
          only: [
            { column: 'DELETEDFORM', in: ['N'] },
            { column: 'DELETEDITEMSET', in: ['N'] },
          ],
          key: ['ITEMSETINDEX'],
          map: {
            subject: 'SUBJECTNUMBERSTR',
            AETERM: 'ITMAEEVENT',
            AESTDAT: 'ITMAESTARTDT_DTS',
            AESEV: 'ITMAESEV',
            AESER: 'ITMAESER',
          },
        },
      ],
    })
    expect(await readProposed(proposal, file)).toEqual({
      ae: ['2 "Headache"', '3 skipped other-form', '4 "Rash, itchy"'],
    })
  })

  test('InForm: an ISO date that leaves out the partial ones is not taken before the date as entered', async () => {
    const file = toFile(
      'RD_AE.txt',
      `${PLACE}|AETERM_001|AESTDTC_001|AESTDTC_001_DTS
ABC-301|S01|1001|5001|CE|1|frmAE|1|N|1|N|Headache|2024-06-19|19-JUN-2024
ABC-301|S02|1002|5002|CE|1|frmAE|1|N|1|N|Rash||UNK-JUN-2024
`,
    )
    const [source] = (await propose(file)).config.sources as { map: object }[]
    expect(source?.map).toMatchObject({ AETERM: 'AETERM_001', AESTDAT: 'AESTDTC_001_DTS' })
    expect(source?.map).not.toHaveProperty('AESTDTC')
  })

  test.each([
    ['IT_AETERM', 'IT_AESTDAT', 'IT_AESEV'],
    ['AE_AETERM', 'AE_AESTDAT', 'AE_AESEV'],
    ['AE_TERM', 'AE_START_DATE', 'AE_SEVERITY'],
  ])('%s, %s and %s are term, date and severity', async (term, start, severity) => {
    const file = toFile(
      'export.csv',
      `Subject,Line,${term},${start},${severity}
101,1,Headache,2024-01-05,Mild
102,1,Rash,2024-01-06,Severe
`,
    )
    expect((await propose(file)).config.sources).toMatchObject([
      { domain: 'AE', map: { AETERM: term, AESTDAT: start, AESEV: severity } },
    ])
  })

  test.each([
    [['AE_EVT', 'AE_BEGIN_DATE', 'AE_RESOLVED_DATE', 'AE_SERIOUS_YN', 'AE_RELATED_YN', 'AE_OUTC']],
    [['AEDESC', 'AEONSETDAT', 'AEENDTM', 'AESERYN', 'AE_REL_DRUG', 'AEOUT']],
    [['ae_dx', 'ae_startdat', 'ae_date_of_resolution', 'ae_is_sae', 'ae_related_drug', 'ae_outcome']],
  ])(
    '%j are term, dates, seriousness, relation and outcome',
    async ([term = '', start, end, serious, relation, outcome]) => {
      const file = toFile(
        'export.csv',
        `Subject,Line,${[term, start, end, serious, relation, outcome].join(',')}
101,1,Headache,2024-01-05,2024-01-06,Y,N,Recovered
102,1,Rash,2024-01-06,2024-01-07,N,Y,Recovered
`,
      )
      expect((await propose(file)).config.sources).toMatchObject([
        { map: { AETERM: term, AESTDAT: start, AEENDAT: end, AESER: serious, AEREL: relation, AEOUT: outcome } },
      ])
    },
  )

  test('"Event Name" makes no REDCap export of one, and is no term', async () => {
    const file = toFile(
      'AE.csv',
      `Study,Site Number,Subject Number,Event Name,Form Repeat,AETERM
ZL-1,001,001-001,Adverse Events,1,Headache
ZL-1,001,001-001,Adverse Events,2,Nausea
ZL-1,002,002-001,Adverse Events,1,Rash
`,
    )
    expect((await propose(file)).config.sources).toMatchObject([
      { map: { subject: 'Subject Number', event: 'Event Name', AETERM: 'AETERM' } },
    ])
    const withoutTerm = toFile(
      'AE.csv',
      `Study,Site Number,Subject Number,Event Name,Form Repeat,What happened
ZL-1,001,001-001,Adverse Events,1,Headache
ZL-1,001,001-001,Adverse Events,2,Nausea
`,
    )
    expect((await propose(withoutTerm)).config.sources).toMatchObject([
      { map: { subject: 'Subject Number', AETERM: '' } },
    ])
  })

  test('SDTM names in a raw export: a date that is not ISO is taken as collected', async () => {
    const file = toFile(
      'ae.csv',
      `PROTOCOL,SITEID,SUBJID,AESEQ,AETERM,AESTDTC,AESER
TM-77,100,100-001,1,Headache,05JAN2024,N
TM-77,100,100-001,2,Rash,UNFEB2024,N
`,
    )
    expect((await propose(file)).config.sources).toMatchObject([{ map: { AETERM: 'AETERM', AESTDAT: 'AESTDTC' } }])
  })

  test('a study is called by its name and not by a GUID', async () => {
    const rows = (id: string) => `STUDY,STUDY_ID,SUBJECT,AENO,AETERM
ABC-401,${id},101,1,Headache
ABC-401,${id},102,1,Rash
`
    for (const id of ['0A1B2C3D4E5F60718293A4B5C6D7E8F9', '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9'])
      expect((await propose(toFile('AE.csv', rows(id)))).config).toMatchObject({ study: { protocol: 'ABC-401' } })
    expect((await propose(toFile('AE.csv', rows('ABC401')))).config).toMatchObject({ study: { protocol: 'ABC401' } })
  })

  test('secuTrial: seriousness and relation by their own names', async () => {
    const file = toFile(
      'ae.csv',
      `mnppid,mnpaid,mnpdocid,ae_description,ae_onset_date,ae_is_sae,ae_drug_relation
1201,BE-001,101,Headache,20240105,0,1
1202,BE-002,102,Rash,20240106,1,2
`,
    )
    expect((await propose(file)).config.sources).toMatchObject([
      { map: { AESER: 'ae_is_sae', AEREL: 'ae_drug_relation' } },
    ])
  })

  test('secuTrial: an audit trail is never taken for its table, whatever the form is called', async () => {
    const table = 'mnppid,mnpaid,mnpdocid,ae_description\n1201,BE-001,101,Headache\n1202,BE-002,102,Rash\n'
    const trail =
      'mnppid,mnpaid,mnpdocid,mnpatdocid,ae_description\n1201,BE-001,101,1,Hedache\n1201,BE-001,101,2,Headache\n'
    const proposal = await propose(toFile('adverse.xls', table), toFile('atadverse.xls', trail))
    expect(proposal.config.sources).toMatchObject([{ files: ['adverse.xls'] }])
    expect(proposal.unused).toEqual([
      {
        file: 'atadverse.xls',
        why: 'an export of secuTrial that cannot be mapped: audit trail of a table (at…)',
      },
    ])
    await expect(propose(toFile('atae.xls', trail))).rejects.toThrow('name the table without "at" (ae for atae)')
  })

  test('Viedoc with one row per item is refused, with what to export instead', async () => {
    const file = toFile(
      'data.csv',
      `${VIEDOC_IDS},FormId,ItemGroupId,ItemId,ItemExportLabel,ItemValue,ItemCode
1,Uppsala,01,1,SE-01-001,1,COMMON_AE,Adverse Events,LOG,1,1,AE,AEG,AETERM,Description,Headache,
1,Uppsala,01,1,SE-01-001,1,COMMON_AE,Adverse Events,LOG,1,1,AE,AEG,AESTDAT,Start date,2024-01-05,
`,
    )
    await expect(propose(file)).rejects.toMatchObject({
      code: 'FORMAT_UNKNOWN',
      message: expect.stringContaining('export with the data grouped by form') as string,
    })
  })
})

describe('an encoding that nothing states', () => {
  const ROWS = (...terms: string[]) =>
    `subject,aeno,aeterm\n${terms.map((term, index) => `10${index},1,${term}\n`).join('')}`

  test.each([
    ['windows-1252', ['Übelkeit', 'café-au-lait spots', 'couldn’t sleep – 3 nights', 'fever 38°C']],
    ['iso-8859-15', ['œdème', 'Übelkeit', 'cœur']],
    ['macintosh', ['fièvre', 'café-au-lait spots', 'Übelkeit']],
    ['macintosh', ['für Tage müde', 'cafés', 'näher']],
  ] as const)('is taken for %s where that gives words: %j', async (encoding, terms) => {
    const file = toEncodedFile(encoding, 'ae.csv', ROWS(...terms))
    const proposal = await propose(file)
    expect(proposal.config.sources).toMatchObject([{ encoding }])
    expect(await readProposed(proposal, file)).toEqual({
      ae: terms.map((term, index) => `${index + 2} ${JSON.stringify(term)}`),
    })
  })

  test('comes with words to judge it by', async () => {
    const { evidence } = await propose(
      toEncodedFile('latin1', 'ae.csv', ROWS('Übelkeit', 'Headache', '"Fièvre, fièvre"')),
    )
    expect(evidence.find(({ field }) => field === 'sources[0].encoding')?.why).toBe(
      'not UTF-8; read as windows-1252, see that these are words: "Übelkeit", "Fièvre", "fièvre"',
    )
  })

  test.each(['Übelkeit', 'couldn’t'])('is none where UTF-8 (%s) and another are mixed', async (word) => {
    const file = {
      name: 'ae.csv',
      async *open() {
        yield Buffer.concat([Buffer.from(ROWS(word, 'Rash')), Buffer.from('109,1,Müdigkeit\n', 'latin1')])
      },
    }
    await expect(propose(file)).rejects.toMatchObject({
      code: 'ENCODING',
      message: expect.stringContaining('it mixes encodings. Have the export written in one encoding') as string,
    })
  })

  test('is not asked of a file that says what it is: what its reader says of it stands', async () => {
    const file = toEncodedFile('latin1', 'ae.csv', `\u00ef\u00bb\u00bf${ROWS('Übelkeit')}`)
    await expect(propose(file)).rejects.toThrow('The file begins with the byte order mark of utf-8, so it is damaged')
  })
})

describe('what is no export', () => {
  test('is not proposed for want of better: the reason names what was left out', async () => {
    const inner = toFile('outer.zip/inner.zip', 'PK\u0003\u0004 inner')
    await expect(propose(toFile('outer.zip/readme.txt', 'Please read me\n'), inner)).rejects.toMatchObject({
      code: 'FORMAT_UNKNOWN',
      message: expect.stringContaining('outer.zip/inner.zip: an archive within an archive') as string,
    })
  })
})
