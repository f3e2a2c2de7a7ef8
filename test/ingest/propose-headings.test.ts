/** Exports whose columns are called otherwise than CDASH says: labels, other languages, OpenClinica's tables, classic REDCap. */
import { describe, expect, test } from 'vitest'
import { proposeStudy } from '../../pipeline/ingest/propose.ts'
import { toFile } from './text-file.ts'

interface ProposedSource {
  readonly domain: string
  readonly key?: unknown
  readonly only?: unknown
  readonly map: { readonly [word: string]: unknown }
}

async function propose(name: string, ...lines: string[]) {
  const { config, evidence } = await proposeStudy({ files: [toFile(name, `${lines.join('\n')}\n`)] })
  const sources = config.sources as readonly ProposedSource[]
  return {
    sources,
    evidence,
    about: (field: string) => evidence.find((guess) => guess.field === `sources[0].${field}`),
  }
}

describe('headings', () => {
  const rest = { AEREL: 5, AEOUT: 6 }
  test.each([
    [
      'English, as questions',
      'Centre,Patient No.,Event No.,Event term (verbatim),Onset date,Causality,Outcome,Was the event serious?',
      '10,10-1,1,Headache,2026-01-05,Possible,Resolved,No',
    ],
    [
      'English, with remarks',
      'Site,Pt ID,AE #,AE Description (CTCAE v5.0),Date Started (dd/mm/yyyy),Attribution,AE Outcome,SAE?',
      '10,10-1,1,Headache,2026-01-05,Possible,Resolved,No',
    ],
    [
      'English, as whole questions',
      'Center,Subject ID,Sequence,What was the adverse event?,Start date,Related to study treatment?,Outcome,Is the event serious?',
      '10,10-1,1,Headache,2026-01-05,Possible,Resolved,No',
    ],
    [
      'German',
      'Zentrum,Patientennummer,Lfd. Nr.,Unerwünschtes Ereignis,Beginn,Kausalzusammenhang,Ausgang,Schwerwiegend',
      '10,10-1,1,Kopfschmerzen,2026-01-05,möglich,erholt,ja',
    ],
    [
      'French',
      'Centre,N° patient,N° EI,Événement indésirable,Date de début,Causalité,Évolution,Grave (O/N)',
      '10,10-1,1,céphalée,2026-01-05,possible,résolu,N',
    ],
    [
      'Spanish',
      'Centro,Nº de paciente,Nº EA,Acontecimiento adverso,Fecha de inicio,Relación causal,Desenlace,Grave',
      '10,10-1,1,cefalea,2026-01-05,posible,recuperado,Sí',
    ],
    [
      'Japanese',
      '施設番号,症例番号,連番,有害事象名,発現日,因果関係,転帰,重篤性',
      '10,10-1,1,頭痛,2026/01/05,関連あり,回復,非重篤',
    ],
  ])('in %s are known, their values as likely ones', async (_, header, row) => {
    const names = header.split(',')
    const { sources, about } = await propose('export.csv', header, row, row.replace('10-1', '10-2'))
    expect(sources).toMatchObject([
      {
        domain: 'AE',
        key: [names[2]],
        map: {
          site: names[0],
          subject: names[1],
          AETERM: names[3],
          AESTDAT: names[4],
          AEREL: names[rest.AEREL],
          AEOUT: names[rest.AEOUT],
          AESER: names[7],
        },
      },
    ])
    expect(about('map.AESER')?.confidence).toBe('likely')
  })

  test('of a listing: what was entered comes before what was made of it', async () => {
    const { sources } = await propose(
      'AE Listing.csv',
      'Subject Name,Record Position,Adverse Event Term,Start Date,Start Date (Raw),Stop Date',
      '101-001,1,Headache,,UN JAN 2026,',
      '101-001,2,Nausea,07-Jan-2026,07 JAN 2026,09-Jan-2026',
    )
    expect(sources[0]?.map).toMatchObject({
      subject: 'Subject Name',
      AESTDAT: 'Start Date (Raw)',
      AEENDAT: 'Stop Date',
    })
  })

  test('what no column was found for is said', async () => {
    const { about } = await propose('AE.csv', 'SUBJID,AESPID,AETERM', '101,1,Headache', '101,2,Nausea')
    expect(about('map.AESER')).toMatchObject({ column: null, confidence: 'likely' })
    expect(about('map.AESTDAT')).toMatchObject({ column: null, confidence: 'likely' })
  })
})

describe('OpenClinica’s table', () => {
  const toHeader = (event: string) =>
    [1, 2].flatMap((n) => [`AETERM_${event}_C1_${n}`, `AESTDAT_${event}_C1_${n}`]).join('\t')

  test('holds events in numbered columns behind event and form', async () => {
    const { sources } = await propose(
      'ae.xls',
      `Study Subject ID\t${toHeader('E3')}`,
      '101-001\tHeadache\t2026-01-05\tNausea\t2026-01-06',
      '101-002\tRash on arm\t2026-01-07\t\t',
    )
    expect(sources).toMatchObject([
      {
        domain: 'AE',
        map: { subject: 'Study Subject ID', AETERM: 'AETERM_E3_C1_{n}', AESTDAT: 'AESTDAT_E3_C1_{n}' },
      },
    ])
  })

  test('of a repeating event: the terms of its other repeats are named, for one source cannot hold them', async () => {
    const { about } = await propose(
      'ae.xls',
      `Study Subject ID\t${toHeader('E3_1')}\t${toHeader('E3_2')}`,
      '101-001\tHeadache\t2026-01-05\tNausea\t2026-01-06\tRash\t2026-02-01\t\t',
    )
    expect(about('map.AETERM')?.column).toBe('AETERM_E3_1_C1_{n}')
    expect(about('further')?.why).toContain('AETERM_E3_2_C1_1')
  })
})

describe('REDCap', () => {
  test('classic: the first column is the subject, whatever it is called, and not for sure', async () => {
    const { sources, about } = await propose(
      'data.csv',
      'study_id,sex,demographics_complete,ae_term_1,ae_start_1,ae_term_2,ae_start_2,adverse_events_complete',
      '1,1,2,Headache,2026-01-05,Nausea,2026-01-06,2',
      '2,2,2,Rash on arm,2026-01-07,,,2',
    )
    expect(sources[0]?.map).toMatchObject({ subject: 'study_id', AETERM: 'ae_term_{n}' })
    expect(about('map.subject')?.confidence).toBe('likely')
  })

  test('classic: a wide form each of adverse events and of history makes a source each', async () => {
    const { sources } = await propose(
      'data.csv',
      'record_id,mh_term_1,mh_term_2,mh_term_3,medical_history_complete,ae_desc_1,ae_onset_1,ae_desc_2,ae_onset_2,adverse_events_complete',
      '1,Asthma,Gout of the toe,Migraine,2,Headache,2026-01-05,Nausea at night,2026-01-06,2',
      '2,Hypertension,,,2,Rash on arm,2026-01-07,,,2',
    )
    expect(sources).toMatchObject([
      { domain: 'AE', map: { AETERM: 'ae_desc_{n}', AESTDAT: 'ae_onset_{n}' } },
      { domain: 'MH', map: { MHTERM: 'mh_term_{n}' } },
    ])
  })

  test('with labels: the instrument says what a general question is about, and a repeated one counts where it is filled', async () => {
    const { sources } = await propose(
      'labels.csv',
      'Record ID,Repeat Instrument,Repeat Instance,Condition / Diagnosis,Ongoing?,Complete?,Adverse event description,Ongoing?,Complete?',
      '1,Medical History,1,Asthma,Yes,Complete,,,',
      '1,Medical History,2,Gout of the toe,No,Complete,,,',
      '1,Adverse Events,1,,,,Headache,No,Complete',
      '1,Adverse Events,2,,,,Nausea at night,Yes,Complete',
    )
    expect(sources).toMatchObject([
      {
        domain: 'AE',
        only: [{ column: 'Repeat Instrument', in: ['Adverse Events'] }],
        map: { AETERM: 'Adverse event description', AEONGO: 'Ongoing? (2)' },
      },
      {
        domain: 'MH',
        only: [{ column: 'Repeat Instrument', in: ['Medical History'] }],
        map: { MHTERM: 'Condition / Diagnosis', MHONGO: 'Ongoing? (1)' },
      },
    ])
  })

  test('a form of history that nobody has filled in yet is not looked for in another question', async () => {
    const { sources, evidence } = await propose(
      'data.csv',
      'record_id,redcap_event_name,diagnosis,mh_condition,mh_onset,ae_term,ae_start',
      '1,base_arm_1,Breast cancer,,,,',
      '1,visit_arm_1,,,,Headache,2026-01-05',
      '2,base_arm_1,Colon cancer,,,,',
    )
    expect(sources.find(({ domain }) => domain === 'MH')?.map.MHTERM).toBe('mh_condition')
    expect(evidence.find(({ field }) => field === 'sources[1].domain')?.confidence).toBe('likely')
  })
})

test('a checklist of history: that rows which say No keep their printed terms is said', async () => {
  const { about } = await propose(
    'MH.csv',
    'SUBJID,MHSPID,MHTERM,MHOCCUR,MHSTDAT',
    '101,1,Hypertension,No,',
    '101,2,Asthma,Yes,2001',
    '101,3,Diabetes mellitus,No,',
  )
  expect(about('only')?.why).toMatch(/^2 of 3 sampled rows answer No/)
})
