import { describe, expect, test } from 'vitest'
import { DETECTED_BYTES } from '../../pipeline/formats/detect.ts'
import { hashFile } from '../../pipeline/hash-file.ts'
import { readSource } from '../../pipeline/ingest/read-source.ts'
import { AecoderError } from '../../schemas/errors.ts'
import { toOccurrenceId } from '../../schemas/occurrence-id.ts'
import {
  expectRuledIdentities,
  listOccurrences,
  listRemarks,
  readOutcomes,
  toFile,
  toStudy,
  toWords,
} from './text-file.ts'

const REDCAP = toStudy({
  domain: 'AE',
  format: 'csv',
  only: [{ column: 'redcap_repeat_instrument', in: ['adverse_events'] }],
  noEvent: [{ column: 'ae_yn', in: ['0'] }],
  key: ['redcap_repeat_instance'],
  map: {
    subject: 'record_id',
    site: 'redcap_data_access_group',
    AETERM: 'ae_term',
    AESTDAT: 'ae_start',
    AESEV: { column: 'ae_sev', values: { '1': 'MILD', '2': 'MODERATE' } },
    AEPRESP: { constant: 'N' },
  },
  carry: ['ae_comment'],
})
const REDCAP_HEADER =
  'record_id,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,weight,ae_yn,ae_term,ae_start,ae_sev,ae_comment'

const RAVE = toStudy({
  domain: 'AE',
  format: 'csv',
  key: ['RecordPosition'],
  map: {
    subject: 'Subject',
    site: 'SiteNumber',
    event: 'Folder',
    formRepeat: 'PageRepeatNumber',
    AETERM: 'AETERM',
    AESTDAT: 'AESTDAT_RAW',
    AEENDTC: 'AEENDAT',
  },
})
const RAVE_HEADER = 'Subject,SiteNumber,Folder,PageRepeatNumber,RecordPosition,AETERM,AESTDAT_RAW,AEENDAT'

describe('a REDCap-like export', () => {
  const file = toFile(
    'redcap.csv',
    [
      REDCAP_HEADER,
      '1,,,site_a,80,,,,,',
      '1,adverse_events,1,site_a,,1,Headache,2024-01-05,1,after lunch',
      '1,vital_signs,1,site_a,81,,,,,',
      '2,adverse_events,1,site_b,,0,,,,',
      '3,adverse_events,1,site_b,,1,,2024-02-01,3,',
      '3,adverse_events,2,site_b,,,,,,',
      '\u00a0,adverse_events,1,site_b,,1,Rash,,,',
      '4,adverse_events,1,site_b',
      '5,adverse_events,1,site_b,,1,"pain, left\narm",31-FEB-2026,2,',
    ].join('\n'),
  )

  test('gives every row exactly one outcome', async () => {
    expect(toWords(await readOutcomes(file, REDCAP))).toEqual([
      '2 skipped other-form',
      '3 "Headache"',
      '4 skipped other-form',
      '5 skipped no-event',
      '6 ""', // the term is blank, but there is a date: somebody must look at it
      '7 skipped empty-record',
      '8 rejected missing-subject',
      '9 rejected ragged-row',
      '10 "pain, left\\narm"',
    ])
  })

  test('names the occurrence and carries its values', async () => {
    const [headache] = listOccurrences(await readOutcomes(file, REDCAP))
    expect(headache).toMatchObject({
      key: {
        domain: 'AE',
        subject: '1',
        event: null,
        eventRepeat: null,
        form: null,
        formRepeat: null,
        group: null,
        groupRepeat: null,
        record: { redcap_repeat_instance: '1' },
        item: 'ae_term',
      },
      domain: 'AE',
      field: 'AETERM',
      usubjid: 'ABC-101-1',
      site: 'site_a',
      context: {
        AESTDAT: '2024-01-05',
        AESTDTC: '2024-01-05',
        AESEV: 'MILD',
        AEPRESP: 'N',
        ae_comment: 'after lunch',
      },
      line: 3,
    })
  })

  test('keeps values without a translation, and blanks, as they are', async () => {
    const [, noTerm] = listOccurrences(await readOutcomes(file, REDCAP))
    expect(noTerm?.context).toEqual({
      AESTDAT: '2024-02-01',
      AESTDTC: '2024-02-01',
      AESEV: '3',
      AEPRESP: 'N',
      ae_comment: '',
    })
  })

  test('keeps a date that is none as written, and remarks on it', async () => {
    const outcomes = await readOutcomes(file, REDCAP)
    expect(listOccurrences(outcomes)[2]?.context).toMatchObject({ AESTDAT: '31-FEB-2026', AESTDTC: null })
    expect(listRemarks(outcomes)).toEqual([
      'date-not-understood: AESTDAT (ae_start) "31-FEB-2026" is not a date (expected YYYY-MM-DD or a partial date)',
    ])
  })

  test('gives the raw text of a row that is taken or rejected', async () => {
    const outcomes = await readOutcomes(file, REDCAP)
    const raws = outcomes.flatMap((outcome) =>
      outcome.kind === 'occurrences' || outcome.kind === 'rejected' ? [outcome.raw] : [],
    )
    expect(raws[0]).toBe('1,adverse_events,1,site_a,,1,Headache,2024-01-05,1,after lunch')
    expect(raws[2]).toBe('\u00a0,adverse_events,1,site_b,,1,Rash,,,')
    expect(raws[4]).toBe('5,adverse_events,1,site_b,,1,"pain, left\narm",31-FEB-2026,2,')
  })
})

describe('a Rave-like export', () => {
  const file = toFile(
    'ae.csv',
    [
      RAVE_HEADER,
      ' 101-001,101,AE,0,1,  Headache ,UN UNK 2019,2019-03',
      '101-001\u00a0,101,AE,,1,Nausea,,05 MAR 2019',
      '101-002,,, ,1,Rash,,',
    ].join('\n'),
  )

  test('trims the subject for the key and keeps it as written beside', async () => {
    const occurrences = listOccurrences(await readOutcomes(file, RAVE))
    expect(occurrences.map(({ subject, subjectRaw }) => [subject, subjectRaw])).toEqual([
      ['101-001', ' 101-001'],
      ['101-001', '101-001\u00a0'],
      ['101-002', '101-002'],
    ])
  })

  test('tells a key that the export has, but blank, from one it does not have', async () => {
    const occurrences = listOccurrences(await readOutcomes(file, RAVE))
    expect(occurrences.map(({ key }) => [key.event, key.formRepeat, key.groupRepeat])).toEqual([
      ['AE', '0', null],
      ['AE', '', null],
      ['', '', null],
    ])
    const ids = ['', null].map((formRepeat) => {
      const [occurrence] = occurrences
      if (occurrence === undefined) throw new Error('no occurrence')
      return toOccurrenceId('s', { ...occurrence.key, formRepeat })
    })
    expect(ids[0]).not.toBe(ids[1])
    expect(new Set(occurrences.map(({ id }) => id)).size).toBe(3)
  })

  test('never alters a verbatim', async () => {
    const [first] = listOccurrences(await readOutcomes(file, RAVE))
    expect(first?.verbatim).toBe('  Headache ')
  })

  test('takes a column mapped as ISO as it is, and remarks where it is not', async () => {
    const outcomes = await readOutcomes(file, RAVE)
    expect(listOccurrences(outcomes).map(({ context }) => context)).toEqual([
      { AESTDAT: 'UN UNK 2019', AESTDTC: '2019', AEENDTC: '2019-03' },
      { AESTDAT: '', AESTDTC: null, AEENDTC: '05 MAR 2019' },
      { AESTDAT: '', AESTDTC: null, AEENDTC: '' },
    ])
    expect(listRemarks(outcomes)).toEqual([
      'date-not-understood: AEENDTC (AEENDAT) "05 MAR 2019" is not an ISO 8601 date (map the column as AEENDAT)',
    ])
  })

  test('has the ids that the rule gives', async () => {
    const odd = toFile('ae.csv', `${RAVE_HEADER}\n"1""0\\1",Zürich 😀,\t,0,1,Übelkeit\u2028,,`)
    const outcomes = [...(await readOutcomes(file, RAVE)), ...(await readOutcomes(odd, RAVE))]
    expect(outcomes).toHaveLength(4)
    expectRuledIdentities(outcomes, RAVE)
  })

  test('changes an occurrence that was amended, and not the one beside it', async () => {
    const amended = toFile('ae.csv', `${RAVE_HEADER}\n 101-001,101,AE,0,1,  Headache ,UN JAN 2019,2019-03`)
    const [before] = listOccurrences(await readOutcomes(file, RAVE))
    const [after] = listOccurrences(await readOutcomes(amended, RAVE))
    expect(after?.id).toBe(before?.id)
    expect(after?.contentId).not.toBe(before?.contentId)
  })

  test('keeps studies apart that share subjects', async () => {
    const other = { ...RAVE, study: { protocol: 'ABC-101', environment: 'production' } }
    const [uat] = listOccurrences(await readOutcomes(file, RAVE))
    const [production] = listOccurrences(await readOutcomes(file, other))
    expect(production?.key).toEqual(uat?.key)
    expect(production?.id).not.toBe(uat?.id)
  })
})

describe('columns that study.json names', () => {
  test('are all asked for at once when the file does not have them', async () => {
    const file = toFile(
      'ae_2024.csv',
      'Subject,SiteNumber,Folder,PageRepeatNumber,RecPosition,AE_TERM,AESTDAT_RAW,AEENDAT\n',
    )
    await expect(readSource({ config: RAVE, source: RAVE.source, file })).rejects.toThrow(
      new AecoderError('COLUMN_NOT_FOUND', {
        where: 'study.json: source "src"',
        found: `2 columns are not in the header of ae_2024.csv:
  - key[0] names the column "RecordPosition"; nearest: "RecPosition"
  - map.AETERM names the column "AETERM"; nearest: "AE_TERM"`,
        action: 'Correct the field in study.json, or check that this is the right file',
      }),
    )
  })

  test.each([
    ['only[0].column', { only: [{ column: 'FORM', in: ['AE'] }] }],
    ['noEvent[0].column', { noEvent: [{ column: 'FORM', in: ['N'] }] }],
    ['carry[0]', { carry: ['FORM'] }],
    ['map.AESEV', { map: { subject: 'SUBJID', AETERM: 'AETERM', AESEV: { column: 'FORM' } } }],
  ])('are checked wherever they stand: %s', async (field, source) => {
    const study = toStudy({ domain: 'AE', format: 'csv', map: { subject: 'SUBJID', AETERM: 'AETERM' }, ...source })
    await expect(readOutcomes(toFile('ae.csv', 'SUBJID,AETERM,FROM\n1,Rash,AE\n'), study)).rejects.toThrow(
      `study.json: source "src": ${field} names the column "FORM"; nearest: "FROM"`,
    )
  })

  test('close the file they are missing from', async () => {
    let [opened, closed] = [0, 0]
    const file = {
      name: 'ae.csv',
      async *open() {
        opened++
        try {
          for (;;) yield new TextEncoder().encode('SUBJID,TERM\n1,Rash\n')
        } finally {
          closed++
        }
      },
    }
    await expect(readSource({ config: RAVE, source: RAVE.source, file })).rejects.toThrow(
      'are not in the header of ae.csv',
    )
    expect([opened, closed]).toEqual([2, 2])
  })

  test('must not stand beside a mapped variable under its name', async () => {
    const study = toStudy({
      domain: 'AE',
      format: 'csv',
      map: { subject: 'SUBJID', AETERM: 'VERBATIM' },
      carry: ['AETERM'],
    })
    await expect(readOutcomes(toFile('ae.csv', 'SUBJID,VERBATIM,AETERM\n'), study)).rejects.toThrow(
      'carry[0]: the column "AETERM" would stand beside map.AETERM',
    )
  })
})

describe('a record is empty', () => {
  test('when only its place and its number are filled in', async () => {
    const study = toStudy({
      domain: 'AE',
      format: 'csv',
      key: ['AESPID'],
      map: { subject: 'SUBJID', event: 'VISIT', AETERM: 'AETERM', AESPID: 'AESPID', AEPRESP: { constant: 'Y' } },
      carry: ['VISIT', 'NOTE'],
    })
    const file = toFile('ae.csv', 'SUBJID,VISIT,AESPID,AETERM,NOTE\n1,V1,1, ,\u00a0\n1,V1,2,,see log\n,,,,\n')
    expect(toWords(await readOutcomes(file, study))).toEqual([
      '2 skipped empty-record',
      '3 ""',
      '4 skipped empty-record',
    ])
  })
})

describe('USUBJID', () => {
  test.each([
    ['{protocol}-{subject}', 'ABC-101-{site}1'],
    ['{protocol}.{site}.{subject}', 'ABC-101.07.{site}1'],
    ['{subject}', '{site}1'],
  ])('follows the template %s', async (usubjid, expected) => {
    const study = toStudy(
      { domain: 'MH', format: 'csv', map: { subject: 'SUBJID', site: 'SITEID', MHTERM: 'MHTERM' } },
      { usubjid },
    )
    const [occurrence] = listOccurrences(
      await readOutcomes(toFile('mh.csv', 'SUBJID,SITEID,MHTERM\n{site}1, 07,Gout\n'), study),
    )
    expect(occurrence).toMatchObject({ usubjid: expected, field: 'MHTERM', domain: 'MH' })
  })
})

describe('demographics', () => {
  const study = toStudy({
    domain: 'DM',
    format: 'csv',
    map: { subject: 'SUBJID', SEX: { column: 'SEX', values: { '2': 'F' } }, BRTHYR: 'BRTHYR', BRTHDAT: 'BRTHDAT' },
  })

  test('bring sex and year of birth, and remarks where they do not', async () => {
    const file = toFile(
      'dm.csv',
      [
        'SUBJID,SEX,BRTHYR,BRTHDAT',
        '1,M,1950,',
        '2,female,,1961-04',
        '3,2,,03/04/1972',
        '4,1,50,1950-01-01',
        '5,,2150,tomorrow',
        '6,,,',
        ',F,1950,',
        '7,U,,UN UNK 1980',
      ].join('\n'),
    )
    const outcomes = await readOutcomes(file, study)
    expect(toWords(outcomes)).toEqual([
      '2 1 M 1950',
      '3 2 F 1961',
      '4 3 F 1972', // which is the day does not matter for the year
      '5 4 null 1950',
      '6 5 null null',
      '7 skipped empty-record',
      '8 rejected missing-subject',
      '9 7 null 1980',
    ])
    expect(listRemarks(outcomes)).toEqual([
      'sex-not-understood: SEX "1" is not understood (expected M or F; "values" in study.json translates)',
      'birth-year-not-understood: BRTHYR "50" is not a year of birth (expected 1880 to 2100)',
      'birth-year-not-understood: BRTHYR "2150" is not a year of birth (expected 1880 to 2100)',
      'birth-year-not-understood: BRTHDAT "tomorrow" shows no year of birth (expected YYYY-MM-DD or a partial date)',
      'sex-not-understood: SEX "U" is not understood (expected M or F; "values" in study.json translates)',
    ])
  })
})

test('a whole file passes chunk by chunk, and its bytes are seen once', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `1,${index},Headache ${index}\n`).join('')
  const bytes = new TextEncoder().encode(`SUBJID,LINE,AETERM\n${rows}`)
  const file = {
    name: 'ae.csv',
    async *open() {
      for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007)
    },
  }
  const study = toStudy({ domain: 'AE', format: 'csv', key: ['LINE'], map: { subject: 'SUBJID', AETERM: 'AETERM' } })
  let seen = 0
  const { batches } = await readSource({
    config: study,
    source: study.source,
    file,
    onBytes: (chunk) => {
      seen += chunk.length
    },
  })
  let [rowsRead, batchesRead] = [0, 0]
  for await (const batch of batches) {
    batchesRead += 1
    rowsRead += batch.length
  }
  expect({ rowsRead, seen }).toEqual({ rowsRead: 10_000, seen: bytes.length })
  expect(batchesRead).toBeGreaterThan(1)
})

test('a file whose beginning is known is opened once for all its rows', async () => {
  const text = `${RAVE_HEADER}\n101,01,AE,0,1,Headache,01 JAN 2026,\n`
  const file = toFile('ae.csv', text)
  let opened = 0
  const counted = {
    name: file.name,
    open() {
      opened++
      return file.open()
    },
  }
  const { beginning } = await hashFile(counted)
  expect([opened, Buffer.from(beginning).toString()]).toEqual([1, text])
  const { batches } = await readSource({ config: RAVE, source: RAVE.source, file: counted, beginning })
  let rows = 0
  for await (const batch of batches) rows += batch.length
  expect([opened, rows]).toEqual([2, 1])
})

test('only the beginning of a long file is kept', async () => {
  const long = toFile('ae.csv', 'x'.repeat(DETECTED_BYTES + 10))
  expect(await hashFile(long)).toMatchObject({ bytes: DETECTED_BYTES + 10 })
  expect((await hashFile(long)).beginning.byteLength).toBe(DETECTED_BYTES)
})
