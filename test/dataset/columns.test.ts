import { describe, expect, test } from 'vitest'
import { type ColumnChoice, listCodingColumns, listDatasetColumns } from '../../pipeline/dataset/columns.ts'
import type { DatasetRow } from '../../schemas/records.ts'
import { DICTIONARY, toPath, toRow } from './rows.ts'

const AE: ColumnChoice = { domain: 'AE', protocol: 'S1', mapped: [], carried: [], dictionary: DICTIONARY, beside: [] }
const names = (choice: Partial<ColumnChoice>) => listDatasetColumns({ ...AE, ...choice }).map(({ name }) => name)

/** The row's values by column. */
function toRecord(row: DatasetRow, choice: Partial<ColumnChoice> = {}): { [name: string]: string | number | null } {
  return Object.fromEntries(listDatasetColumns({ ...AE, ...choice }).map((column) => [column.name, column.pick(row)]))
}

describe('which columns there are', () => {
  test('identifiers, topic and the twelve dictionary-derived variables are always there, in the order of SDTM', () => {
    expect(names({})).toEqual(
      (
        'STUDYID DOMAIN USUBJID SUBJID SITEID AESEQ AETERM AEMODIFY AELLT AELLTCD AEDECOD AEPTCD AEHLT AEHLTCD ' +
        'AEHLGT AEHLGTCD AEBODSYS AEBDSYCD AESOC AESOCCD'
      ).split(' '),
    )
  })

  test('medical history has the same under its own prefix', () => {
    expect(names({ domain: 'MH', mapped: ['MHTERM', 'MHCAT'] })).toEqual(
      (
        'STUDYID DOMAIN USUBJID SUBJID SITEID MHSEQ MHTERM MHMODIFY MHLLT MHLLTCD MHDECOD MHPTCD MHHLT MHHLTCD ' +
        'MHHLGT MHHLGTCD MHCAT MHBODSYS MHBDSYCD MHSOC MHSOCCD'
      ).split(' '),
    )
  })

  test('mapped variables stand in the order of SDTM and carried columns last, in the order given', () => {
    const all = names({ mapped: ['AEOUT', 'AESEV', 'AESPID', 'AESEV'], carried: ['Zeta', 'alpha', 'Zeta'] })
    expect(all.filter((name) => !names({}).includes(name))).toEqual(['AESPID', 'AESEV', 'AEOUT', 'Zeta', 'alpha'])
    expect(all.indexOf('AESPID')).toBe(all.indexOf('AESEQ') + 1)
  })

  test.each([
    [['AESTDAT'], ['AESTDTC', 'AESTDAT']],
    [['AEENDAT'], ['AEENDTC', 'AEENDAT']],
    [['AESTDTC'], ['AESTDTC']],
    [
      ['AESTDAT', 'AEENDTC', 'AEONGO'],
      ['AESTDTC', 'AEENDTC', 'AESTDAT', 'AEONGO'],
    ],
  ])('mapping %j gives the timing columns %j', (mapped, expected) => {
    expect(names({ mapped }).slice(names({}).length)).toEqual(expected)
  })

  test.each(['AELLT', 'MHCAT', 'subject', 'USUBJID', 'constructor'])('%s cannot be mapped in AE', (name) => {
    expect(() => names({ mapped: [name] })).toThrow(`${name} is not a mapped variable of AE`)
  })

  test.each([
    [['AETERM'], 'AETERM'],
    [['siteid'], 'SITEID'],
    [['Aesev'], 'AESEV'],
    [['Visit', 'VISIT'], 'Visit'],
  ])('carrying %j is refused: another column has this name', (carried, other) => {
    expect(() => names({ mapped: ['AESEV'], carried })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`the AE dataset has a column ${other} already`),
      }),
    )
  })

  test('carried columns are text under their own name', () => {
    expect(listDatasetColumns({ ...AE, carried: ['Site comment'] }).at(-1)).toMatchObject({
      name: 'Site comment',
      label: 'Site comment',
      type: 'Char',
      origin: 'CRF',
      kind: 'text',
    })
  })

  test('codes are numbers only where the dictionary has numeric codes', () => {
    const codes = ['AELLTCD', 'AEPTCD', 'AEHLTCD', 'AEHLGTCD', 'AEBDSYCD', 'AESOCCD']
    const kinds = (hasNumericCodes: boolean) =>
      listDatasetColumns({ ...AE, dictionary: { ...DICTIONARY, hasNumericCodes } })
        .filter(({ name }) => codes.includes(name))
        .map(({ type, kind }) => `${type} ${kind}`)
    expect(kinds(true)).toEqual(codes.map(() => 'Num integer'))
    expect(kinds(false)).toEqual(codes.map(() => 'Char text'))
  })
})

describe('what stands in them', () => {
  test('a coded row carries its whole primary path, the body system being its SOC', () => {
    const row = toRow({ sequence: 7, site: '101', modified: 'head ache', path: toPath('9000', 'Headache') })
    expect(toRecord(row)).toEqual({
      STUDYID: 'S1',
      DOMAIN: 'AE',
      USUBJID: 'S1-0001',
      SUBJID: '0001',
      SITEID: '101',
      AESEQ: 7,
      AETERM: 'headache',
      AEMODIFY: 'head ache',
      AELLT: 'Headache LLT',
      AELLTCD: 90005,
      AEDECOD: 'Headache PT',
      AEPTCD: 90004,
      AEHLT: 'Headache HLT',
      AEHLTCD: 90003,
      AEHLGT: 'Headache HLGT',
      AEHLGTCD: 90002,
      AEBODSYS: 'Headache SOC',
      AEBDSYCD: 90001,
      AESOC: 'Headache SOC',
      AESOCCD: 90001,
    })
  })

  test('an uncoded row has nulls in all twelve', () => {
    const nulls = Object.entries(toRecord(toRow({}))).filter(([, value]) => value === null)
    expect(nulls).toHaveLength(12 + 2) // SITEID and AEMODIFY as well
  })

  test('a context value is its text, the empty text included; what a row does not have is null', () => {
    const choice = { mapped: ['AESEV', 'AEOUT', 'AESER'], carried: ['constructor', '__proto__', 'x'] }
    expect(toRecord(toRow({ context: { AESEV: 'MILD', AEOUT: '', AESER: null } }), choice)).toMatchObject({
      AESEV: 'MILD',
      AEOUT: '',
      AESER: null,
      constructor: null,
      x: null,
    })
    const proto = listDatasetColumns({ ...AE, ...choice }).find(({ name }) => name === '__proto__')
    expect(proto?.pick(toRow({}))).toBe(null)
    expect(proto?.pick(toRow({ context: JSON.parse('{"__proto__":"own"}') }))).toBe('own')
  })

  test.each(['007', '1e3', '', '-1', '1.0', ' 1', '2147483648', '99999999999999999999', 'R51.9'])(
    'the code %j is refused in a number column and kept as it is in a text column',
    (code) => {
      const path = toPath('1', 'x').map((node) => ({ ...node, code }))
      expect(() => toRecord(toRow({ path }))).toThrow(`code ${JSON.stringify(code)} is no 32-bit number`)
      const dictionary = { ...DICTIONARY, hasNumericCodes: false }
      expect(toRecord(toRow({ path }), { dictionary })).toMatchObject({ AELLTCD: code })
    },
  )

  test.each(['0', '10', '2147483647'])('the code %s is a number', (code) => {
    const path = toPath('1', 'x').map((node) => ({ ...node, code }))
    expect(toRecord(toRow({ path }))).toMatchObject({ AELLTCD: Number(code) })
  })

  test.each([
    ['too short', toPath('1', 'x').slice(1)],
    ['too long', [...toPath('1', 'x'), { level: 'LLT', code: '1', text: 'x' }]],
    ['narrowest first', [...toPath('1', 'x')].reverse()],
    [
      'of another dictionary',
      ['Chapter', 'Block', 'Category', 'Code', 'Term'].map((level) => ({ level, code: '1', text: 'x' })),
    ],
  ])('a path that is %s is a defect of the caller', (_, path) => {
    expect(() => toRecord(toRow({ path }))).toThrow('does not fit the columns of SOC, HLGT, HLT, PT, LLT')
  })
})

test('the coding columns tell of every row how it came by its code', () => {
  const row = toRow({
    sequence: 3,
    provenance: {
      part: 1,
      decision: 'd1',
      target: 'group',
      outcome: 'exact',
      step: 'exact',
      confidence: 1,
      approval: 'approved',
      coder: 'aecoder 0.1.0',
      codedAt: '2026-01-02',
      approver: 'kim',
      approvedAt: '2026-01-03T00:00:00Z',
      reason: 'why',
      artefacts: '{}',
    },
  })
  expect(listCodingColumns(AE).map((column) => [column.name, column.pick(row)])).toEqual([
    ['STUDYID', 'S1'],
    ['USUBJID', 'S1-0001'],
    ['AESEQ', 3],
    ['RECORD_KEY', 'k'.repeat(32)],
    ['KEY', '{"subject":"0001"}'],
    ['PART', 1],
    ['DECISION', 'd1'],
    ['TARGET', 'group'],
    ['OUTCOME', 'exact'],
    ['STEP', 'exact'],
    ['CONFIDENCE', 1],
    ['APPROVAL', 'approved'],
    ['CODER', 'aecoder 0.1.0'],
    ['CODED_AT', '2026-01-02'],
    ['APPROVER', 'kim'],
    ['APPROVED_AT', '2026-01-03T00:00:00Z'],
    ['REASON', 'why'],
    ['DICTIONARY', 'OpenAE'],
    ['DICTIONARY_VERSION', '0.1'],
    ['ARTEFACTS', '{}'],
  ])
})

test('a row without a decision names no dictionary', () => {
  const values = new Map(listCodingColumns(AE).map((column) => [column.name, column.pick(toRow({}))]))
  expect([values.get('DECISION'), values.get('DICTIONARY'), values.get('DICTIONARY_VERSION')]).toEqual([
    null,
    null,
    null,
  ])
})

test('labels keep to the forty characters of a transport file', () => {
  const all = [...listDatasetColumns({ ...AE, mapped: ['AESTDAT', 'AECONTRT'] }), ...listCodingColumns(AE)]
  expect(all.filter(({ label }) => label.length > 40 || label === '')).toEqual([])
})
