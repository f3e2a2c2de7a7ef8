import { describe, expect, test } from 'vitest'
import { proposeStudy } from '../../pipeline/ingest/propose.ts'
import { parseStudyConfig } from '../../schemas/study.ts'
import { readOutcomes, toFile, toWords } from './text-file.ts'

const REDCAP = toFile(
  'export.csv',
  `record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,sex,arm,comments,ae_yn,ae_term,ae_start,ae_severity,ae_serious,ae_comment,ae_treatment_comment,adverse_events_complete
1,base_arm_1,,,site_a,1,A,likes tea,,,,,,,,
1,base_arm_1,adverse_events,1,site_a,,,,1,Headache,2024-01-05,1,0,,,2
1,base_arm_1,adverse_events,2,site_a,,,,1,nausea and vomiting,2024-02,2,0,after lunch,gave tablets,2
2,base_arm_1,,,site_b,2,B,,,,,,,,,
2,base_arm_1,adverse_events,1,site_b,,,,0,,,,,,,2
3,base_arm_1,adverse_events,1,site_b,,,,1,Rash on arm,2024-03-01,3,1,,,2
3,base_arm_1,vital_signs,1,site_b,,,,,,,,,,,2
`,
)

const RAVE = toFile(
  'AE.csv',
  `project,Subject,Site,SiteNumber,Folder,DataPageName,PageRepeatNumber,RecordPosition,RecordId,AETERM,AETERM_PT,AESTDAT,AESTDAT_RAW,AEENDAT_RAW,HOWBAD,AESER,AEOUT,ARM
ABC-101(UAT),101-001,Site A,101,AE,Adverse Events,0,1,9001,Headache,Kopfweh,05JAN2024,05 JAN 2024,UN UNK 2024,Mild,No,Recovered,X
ABC-101(UAT),101-001,Site A,101,AE,Adverse Events,0,2,9002,Stomach ache,Bauchweh,,UN FEB 2024,,Moderate,No,Recovered,X
ABC-101(UAT),102-001,Site B,102,AE,Adverse Events,0,1,9003,Rash,Ausschlag,01MAR2024,01 MAR 2024,,Severe,Yes,Not recovered,Y
`,
)

const CDASH = toFile(
  'history.csv',
  `SUBJID;SITEID;MHTERM;MHSTDAT;MHENDAT;MHONGO;TREATMENT
001;10;Hypertension;03/04/2012;;Y;A
001;10;Appendectomy;05/06/1999;06/06/1999;N;A
002;11;Type 2 diabetes;01/02/2015;;Y;B
003;11;Hypertension;11/12/2010;;Y;B
003;11;Gout;11/12/2010;;Y;B
`,
)

describe('a REDCap export', () => {
  test('is recognised: its record id, the instrument of the term, the repeat instance', async () => {
    const { config } = await proposeStudy({
      files: [REDCAP],
      dictionary: { name: 'OpenAE', version: '0.1', path: 'dictionaries/openae' },
    })
    expect(config).toMatchObject({
      study: { protocol: '', environment: 'production' },
      dictionary: { name: 'OpenAE', version: '0.1', path: 'dictionaries/openae' },
      sources: [
        {
          id: 'ae',
          domain: 'AE',
          format: 'csv',
          files: ['export.csv'],
          only: [{ column: 'redcap_repeat_instrument', in: ['adverse_events'] }],
          noEvent: [{ column: 'ae_yn', in: ['0'] }],
          key: ['redcap_repeat_instance'],
          map: {
            subject: 'record_id',
            site: 'redcap_data_access_group',
            event: 'redcap_event_name',
            AETERM: 'ae_term',
            AESTDAT: 'ae_start',
            AESEV: 'ae_severity',
            AESER: 'ae_serious',
          },
        },
      ],
    })
  })

  test('has comments beside the term carried, but no other form’s and none of a treatment', async () => {
    const { config } = await proposeStudy({ files: [REDCAP] })
    expect(config).toMatchObject({ sources: [{ carry: ['ae_comment'] }] })
  })

  test('is refused until the protocol is filled in, and reads once it is', async () => {
    const { config } = await proposeStudy({
      files: [REDCAP],
      dictionary: { name: 'OpenAE', version: '0.1', path: 'd' },
    })
    expect(() => parseStudyConfig(JSON.stringify(config), 'study.json')).toThrow('study.protocol: empty')
    const filled = parseStudyConfig(
      JSON.stringify({ ...config, study: { protocol: 'ABC-101', environment: 'production' } }),
      'study.json',
    )
    const [source] = filled.sources
    if (source === undefined) throw new Error('no source')
    expect(toWords(await readOutcomes(REDCAP, { ...filled, source }))).toEqual([
      '2 skipped other-form',
      '3 "Headache"',
      '4 "nausea and vomiting"',
      '5 skipped other-form',
      '6 skipped no-event',
      '7 "Rash on arm"',
      '8 skipped other-form',
    ])
  })
})

describe('a Rave-like export', () => {
  test('is proposed whole: study and environment, structure, dates as entered, severity by its values', async () => {
    const { config } = await proposeStudy({ files: [RAVE], dictionary: { name: 'OpenAE', version: '0.1', path: 'd' } })
    expect(config).toMatchObject({
      study: { protocol: 'ABC-101', environment: 'uat' },
      sources: [
        {
          domain: 'AE',
          key: ['RecordPosition'],
          map: {
            subject: 'Subject',
            site: 'SiteNumber',
            event: 'Folder',
            formRepeat: 'PageRepeatNumber',
            AETERM: 'AETERM',
            AESTDAT: 'AESTDAT_RAW',
            AEENDAT: 'AEENDAT_RAW',
            AESEV: 'HOWBAD',
            AESER: 'AESER',
            AEOUT: 'AEOUT',
          },
        },
      ],
    })
    expect(parseStudyConfig(JSON.stringify(config), 'study.json').sources).toHaveLength(1)
  })

  test('tells the evidence of each guess', async () => {
    const { evidence } = await proposeStudy({ files: [RAVE] })
    const find = (field: string) => evidence.find((each) => each.field === field)
    expect(find('study.protocol')).toEqual({
      field: 'study.protocol',
      column: 'project',
      why: '"ABC-101(UAT)" in every row',
      confidence: 'sure',
    })
    expect(find('sources[0].map.AETERM')).toEqual({
      field: 'sources[0].map.AETERM',
      column: 'AETERM',
      why: 'named like a reported term; 3 distinct texts in 3 filled rows, 100 % with letters, 8 characters on average: "Headache", "Stomach ache", "Rash"',
      confidence: 'sure',
    })
    expect(find('sources[0].map.AESEV')).toMatchObject({ column: 'HOWBAD', confidence: 'likely' })
    expect(find('sources[0].key')).toMatchObject({
      why: 'Subject + Folder + PageRepeatNumber + RecordPosition: 3 distinct keys in 3 rows of the whole file',
      confidence: 'sure',
    })
  })
})

describe('a semicolon file with CDASH names', () => {
  test('leaves empty what its rows do not settle: protocol, key, and which of the figures is the day', async () => {
    const { config, evidence } = await proposeStudy({
      files: [CDASH],
      dictionary: { name: 'OpenAE', version: '0.1', path: 'd' },
    })
    expect(config).toMatchObject({
      study: { protocol: '' },
      sources: [
        {
          domain: 'MH',
          key: [''],
          dateOrder: '',
          map: {
            subject: 'SUBJID',
            site: 'SITEID',
            MHTERM: 'MHTERM',
            MHSTDAT: 'MHSTDAT',
            MHENDAT: 'MHENDAT',
            MHONGO: 'MHONGO',
          },
        },
      ],
    })
    expect(evidence.filter(({ confidence }) => confidence === 'unsure').map(({ field, why }) => [field, why])).toEqual([
      ['study.protocol', 'no column holds one study name in all rows; it leads every key'],
      [
        'sources[0].dateOrder',
        '0 sampled dates can only be day first, 0 only month first, 5 could be either: say dmy or mdy',
      ],
      [
        'sources[0].key',
        'the best set found is SUBJID: 3 distinct keys in 5 rows of the whole file, 4 rows share a key: name the columns that make a record, or, where nothing numbers them, {"content": [columns]} that tell it',
      ],
    ])
    expect(() => parseStudyConfig(JSON.stringify(config), 'study.json')).toThrow('3 fields need a change')
  })

  test('has nothing of the treatment in it', async () => {
    const { config } = await proposeStudy({ files: [CDASH] })
    expect(JSON.stringify(config)).not.toContain('TREATMENT')
  })

  test('is settled by one date that can only be read one way', async () => {
    const file = toFile('mh.csv', 'SUBJID;MHSPID;MHTERM;MHSTDAT\n1;1;Gout;03/04/2012\n1;2;Asthma;25/04/2012\n')
    expect((await proposeStudy({ files: [file] })).config).toMatchObject({
      sources: [{ dateOrder: 'dmy', key: ['MHSPID'] }],
    })
  })
})

describe('what a file does not say', () => {
  test('stays empty: whose record, which term, what domain', async () => {
    const file = toFile('data.csv', 'a,b\n1,headache since yesterday\n2,vomiting\n')
    const { config, evidence } = await proposeStudy({
      files: [file],
      dictionary: { name: 'OpenAE', version: '0.1', path: 'd' },
    })
    expect(config).toMatchObject({ sources: [{ domain: '', key: [''], map: { subject: '', AETERM: '' } }] })
    expect(evidence.find(({ field }) => field === 'sources[0].map.AETERM')).toMatchObject({
      column: 'b',
      confidence: 'unsure',
    })
    expect(() => parseStudyConfig(JSON.stringify(config), 'study.json')).toThrow('5 fields need a change')
  })

  test('stays empty where a name promises what the values do not hold', async () => {
    const file = toFile(
      'ae.csv',
      'SUBJID,AESPID,AETERM,AESTDAT\n1,1,Headache,Monday\n1,2,Vomiting,Tuesday\n2,1,Rash,Friday\n',
    )
    expect((await proposeStudy({ files: [file] })).config).toMatchObject({
      sources: [{ map: { AETERM: 'AETERM', AESTDAT: '' } }],
    })
  })

  test('a term column that holds codes is not trusted', async () => {
    const file = toFile('ae.csv', 'SUBJID,AESPID,AETERM,AESER\n1,1,10001,Y\n1,2,10002,N\n2,1,10003,N\n')
    expect((await proposeStudy({ files: [file] })).config).toMatchObject({
      sources: [{ map: { AETERM: '', AESER: 'AESER' } }],
    })
  })

  test('a file without rows is proposed by its names', async () => {
    const file = toFile('ae.csv', 'SUBJID,AESPID,AETERM,AESTDAT\n')
    const { config, evidence } = await proposeStudy({ files: [file] })
    expect(config).toMatchObject({ sources: [{ domain: 'AE', map: { AETERM: 'AETERM', subject: '' } }] })
    expect(evidence.filter(({ confidence }) => confidence === 'sure')).toEqual([])
  })
})

describe('the key', () => {
  const toRows = (count: number, toRow: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => toRow(index)).join('')

  test('is counted over the whole file, not over the sample', async () => {
    // The first 100 rows look as if AENO made them distinct; the rest repeats it.
    const rows = toRows(400, (index) => `S${index % 10},${Math.floor(index / 10) % 20},${index},Headache ${index}\n`)
    const file = toFile('ae.csv', `SUBJID,AENO,AELINE,AETERM\n${rows}`)
    const { config, evidence } = await proposeStudy({ files: [file], sampleRows: 100 })
    expect(config).toMatchObject({ sources: [{ key: ['AELINE'] }] })
    expect(evidence.at(-1)?.why).toBe('SUBJID + AELINE: 400 distinct keys in 400 rows of the whole file')
  })

  test('takes two columns where one does not do', async () => {
    const rows = toRows(100, (index) => `S1,${index % 10},${Math.floor(index / 10)},Headache ${index}\n`)
    const file = toFile('ae.csv', `SUBJID,AENO,LINE,AETERM\n${rows}`)
    expect((await proposeStudy({ files: [file] })).config).toMatchObject({ sources: [{ key: ['AENO', 'LINE'] }] })
  })

  test('of a few shared rows is proposed, with a word on them', async () => {
    const rows = toRows(500, (index) => `S${index},1,Headache ${index}\n`)
    const file = toFile('ae.csv', `SUBJID,AESPID,AETERM\n${rows}S1,1,Headache 1\n`)
    const { config, evidence } = await proposeStudy({ files: [file] })
    expect(config).toMatchObject({ sources: [{ key: ['AESPID'] }] })
    expect(evidence.at(-1)).toMatchObject({
      why: 'SUBJID + AESPID: 500 distinct keys in 501 rows of the whole file; 2 rows share a key: duplicates, or records it cannot tell apart',
      confidence: 'likely',
    })
  })

  test('holds the site where subject ids are numbered per site', async () => {
    const rows = toRows(
      60,
      (index) => `00${index % 3},${Math.floor(index / 30)},${Math.floor(index / 3) % 10},Headache ${index}\n`,
    )
    const file = toFile('ae.csv', `SUBJID,SITEID,AESPID,AETERM\n${rows}`)
    expect((await proposeStudy({ files: [file] })).config).toMatchObject({
      usubjid: '{protocol}-{site}-{subject}',
      sources: [{ key: ['SITEID', 'AESPID'] }],
    })
  })
})

describe('a date in parts', () => {
  const columns = 'SUBJID,AESPID,AETERM,AESTDAT_DD,AESTDAT_MM,AESTDAT_YY'
  const propose = async (header: string, ending: string) => {
    const rows = ['Headache', 'Nausea', 'Rash'].map((term, at) => `1,${at},${term},05,JAN,2024${ending}`)
    const file = toFile('ae.csv', [header, ...rows, ''].join('\n'))
    return await proposeStudy({ files: [file], dictionary: { name: 'OpenAE', version: '0.1', path: 'dictionary' } })
  }

  test('is left empty, with the columns that hold it', async () => {
    const { config, evidence } = await propose(columns, '')
    expect(config.sources).toMatchObject([{ map: { AESTDAT: '' } }])
    expect(evidence.find(({ field }) => field === 'sources[0].map.AESTDAT')).toMatchObject({
      confidence: 'unsure',
      why: expect.stringMatching(/^AESTDAT_DD, AESTDAT_MM, AESTDAT_YY hold the parts of a date/) as string,
    })
  })

  test('is not missed where it stands whole beside them', async () => {
    const { config } = await propose(`${columns},AESTDAT`, ',05 JAN 2024')
    expect(config.sources).toMatchObject([{ map: { AESTDAT: 'AESTDAT' } }])
  })
})
