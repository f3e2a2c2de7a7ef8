/** study.json: its defaults, and that each fault is named with its field and what to do. */
import { describe, expect, test } from 'vitest'
import { AecoderError } from '../../schemas/errors.ts'
import { parseStudyConfig, toStudyId } from '../../schemas/study.ts'

const CSV = { id: 'ae', domain: 'AE', format: 'csv', files: ['ae.csv'], map: { subject: 'SUBJ', AETERM: 'TERM' } }
const ODM = { id: 'odm', domain: 'AE', format: 'odm', files: ['*.xml'], forms: ['F.AE'], map: { AETERM: 'I.TERM' } }
const STUDY = {
  study: { protocol: 'ABC-101', environment: 'production' },
  dictionary: { name: 'OpenAE', version: '0.1', path: 'dictionary' },
  sources: [CSV],
}

function parse(value: unknown) {
  return parseStudyConfig(JSON.stringify(value), 'study.json')
}

/** The faults of a study, a line each. */
function listFaults(text: string): string[] {
  try {
    parseStudyConfig(text, 'study.json')
    return []
  } catch (error) {
    if (!(error instanceof AecoderError)) throw error
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
    const [first = '', ...faults] = error.message.split('\n')
    expect(first).toBe(`study.json: ${faults.length} ${faults.length === 1 ? 'field needs' : 'fields need'} a change:`)
    return faults.map((fault) => fault.replace('  - ', ''))
  }
}

test('a study with nothing but what it needs gets every default', () => {
  const source = { transfer: 'snapshot', record: 'group', only: [], noEvent: [], key: [], carry: [] }
  expect(parse(STUDY)).toEqual({
    ...STUDY,
    dictionaries: [],
    store: 'aecoder.db',
    output: 'out',
    input: '.',
    usubjid: '{protocol}-{subject}',
    guard: { withdrawn: 0.25, rekeyed: 0.05 },
    lists: { synonyms: [], doNotAutocode: [] },
    approval: 'confident',
    precision: 0.99,
    conventions: { provisional: 'review', modified: 'review', history: 'review', procedure: 'review' },
    sources: [{ ...CSV, ...source }],
  })
  expect(parse({ ...STUDY, lists: { synonyms: ['s.csv'] } }).lists).toEqual({ synonyms: ['s.csv'], doNotAutocode: [] })
})

test('what a study says itself stays as it is', () => {
  const source = { ...CSV, transfer: 'delta', key: ['NO'], carry: ['VISIT'], only: [{ column: 'FORM', in: ['AE'] }] }
  const said = { ...STUDY, store: 's.db', output: 'o', input: 'i', usubjid: '{site}/{subject}', approval: 'all' }
  const config = parse({ ...said, $schema: 'study.schema.json', sources: [source, ODM] })
  expect(config).toMatchObject({ ...said, sources: [source, ODM] })
})

test('a study is named by protocol and environment', () => {
  expect(toStudyId(parse(STUDY))).toBe('ABC-101@production')
  expect(toStudyId({ study: { protocol: 'ABC-101', environment: 'uat' } })).toBe('ABC-101@uat')
})

const { dictionary: _, ...withoutDictionary } = STUDY
const { map: __, ...withoutMap } = CSV

/** What is wrong with a study, and the fault as it is named. */
const FAULTS: readonly { says: string; study: unknown; faults: readonly (string | RegExp)[] }[] = [
  { says: 'no dictionary', study: withoutDictionary, faults: [/^dictionary: missing: The coding dictionary/] },
  {
    says: 'no version of the dictionary',
    study: { ...STUDY, dictionary: { name: 'OpenAE', path: 'd' } },
    faults: [/^dictionary\.version: missing: add it/],
  },
  {
    says: 'a misspelt field',
    study: { ...STUDY, approvel: 'all' },
    faults: [/^approvel: unknown field: remove it, or check its spelling \(known: .*approval/],
  },
  {
    says: 'a misspelt field of a source',
    study: { ...STUDY, sources: [{ ...CSV, carries: [] }] },
    faults: [/^sources\[0\]\.carries: unknown field: .*carry/],
  },
  {
    says: 'two misspelt fields',
    study: { ...STUDY, approvel: 'all', outpt: 'x' },
    faults: [/^approvel: unknown field/, /^outpt: unknown field/],
  },
  {
    says: 'a policy that is none',
    study: { ...STUDY, approval: 'some' },
    faults: ['approval: "some" is not one of none, confident, manual, all'],
  },
  {
    says: 'an empty protocol',
    study: { ...STUDY, study: { protocol: '', environment: 'uat' } },
    faults: ['study.protocol: empty: fill it in'],
  },
  {
    says: 'an environment in capitals',
    study: { ...STUDY, study: { protocol: 'ABC', environment: 'UAT' } },
    faults: [/^study\.environment: "UAT" does not fit the pattern/],
  },
  {
    says: 'a USUBJID without the subject',
    study: { ...STUDY, usubjid: '{protocol}-{site}' },
    faults: [/^usubjid: "\{protocol\}-\{site\}" does not fit the pattern .*subject/],
  },
  { says: 'no source', study: { ...STUDY, sources: [] }, faults: ['sources: empty: it needs at least one entry'] },
  {
    says: 'no mapping',
    study: { ...STUDY, sources: [withoutMap] },
    faults: [/^sources\[0\]\.map: missing: CDASH or SDTM word/],
  },
  {
    says: 'a domain that is not coded',
    study: { ...STUDY, sources: [{ ...CSV, domain: 'CM' }] },
    faults: ['sources[0].domain: "CM" is not one of AE, MH, DM'],
  },
  {
    says: 'a column that is left empty',
    study: { ...STUDY, sources: [{ ...CSV, map: { ...CSV.map, AESEV: '' } }] },
    faults: ['sources[0].map.AESEV: empty: fill it in with the name of an export column, or remove the line'],
  },
  {
    says: 'a delimiter of two signs',
    study: { ...STUDY, sources: [{ ...CSV, delimiter: '||' }] },
    faults: [/^sources\[0\]\.delimiter: "\|\|" must NOT have more than 1 characters/],
  },
  {
    says: 'no subject column',
    study: { ...STUDY, sources: [{ ...CSV, map: { AETERM: 'TERM' } }] },
    faults: ['sources[0] (ae).map.subject: missing: name the column that holds the subject id'],
  },
  {
    says: 'no term column',
    study: { ...STUDY, sources: [{ ...CSV, domain: 'MH', map: { subject: 'SUBJ' } }] },
    faults: ['sources[0] (ae).map.MHTERM: missing: name the column that holds the reported term'],
  },
  {
    says: 'a word that is none',
    study: { ...STUDY, sources: [{ ...CSV, map: { ...CSV.map, AESEVERITY: 'SEV' } }] },
    faults: [
      /^sources\[0\] \(ae\)\.map\.AESEVERITY: not a word of AE: use one of .*AESEV.*; or name the column under "carry"$/,
    ],
  },
  {
    says: 'a word of another domain',
    study: { ...STUDY, sources: [{ ...CSV, map: { ...CSV.map, MHCAT: 'CAT' } }] },
    faults: [/^sources\[0\] \(ae\)\.map\.MHCAT: not a word of AE/],
  },
  {
    says: 'a word that only aecoder fills in',
    study: { ...STUDY, sources: [{ ...CSV, map: { ...CSV.map, AELLT: 'LLT' } }] },
    faults: [/^sources\[0\] \(ae\)\.map\.AELLT: not a word of AE/],
  },
  {
    says: 'dictionaries whose columns meet',
    study: {
      ...STUDY,
      dictionaries: ['I', 'ICD', 'PT'].map((id) => ({
        id,
        domains: ['MH'],
        role: 'beside',
        name: `List ${id}`,
        version: '1',
        path: 'list.csv',
      })),
    },
    faults: [
      'dictionaries[1] (ICD).id: another column of MH is called MHICD: choose another id',
      'dictionaries[2] (PT).id: another column of MH is called MHPTCD: choose another id',
    ],
  },
  {
    says: 'two sources of one id',
    study: { ...STUDY, sources: [CSV, CSV] },
    faults: ['sources[1] (ae).id: used twice: give each source its own id'],
  },
  {
    says: 'forms of a CSV',
    study: { ...STUDY, sources: [{ ...CSV, forms: ['AE'] }] },
    faults: ['sources[0] (ae).forms/groups: only ODM has these: use "only" for a table'],
  },
  {
    says: 'a key of an ODM',
    study: { ...STUDY, sources: [{ ...ODM, key: ['NO'] }] },
    faults: ['sources[0] (odm).key: an ODM record is keyed by its structure: remove it'],
  },
  {
    says: 'an ODM without forms',
    study: { ...STUDY, sources: [{ ...ODM, forms: undefined }] },
    faults: ['sources[0] (odm).forms: name the FormOIDs (or groups: the ItemGroupOIDs) that hold the records'],
  },
  {
    says: 'a treatment arm that is carried',
    study: { ...STUDY, sources: [{ ...CSV, carry: ['VISIT', 'ActArmCd'] }] },
    faults: ['sources[0] (ae).carry: "ActArmCd" would unblind the coders: remove it'],
  },
  {
    says: 'a column that is carried twice',
    study: { ...STUDY, sources: [{ ...CSV, carry: ['VISIT', 'VISIT'] }] },
    faults: ['sources[0] (ae).carry: "VISIT" stands twice: remove one'],
  },
  {
    says: 'a number for a path',
    study: { ...STUDY, store: 5 },
    faults: ['store: 5 must be string'],
  },
  { says: 'a list in place of an object', study: [], faults: ['(top level): [] must be object'] },
  {
    says: 'faults in several places',
    study: { ...STUDY, approval: 'x', sources: [{ ...CSV, files: [] }, ODM, { ...CSV, format: 'xls' }] },
    faults: [
      /^approval: /,
      'sources[0].files: empty: it needs at least one entry',
      'sources[2].format: "xls" is not one of csv, odm, dataset-json, dataset-xml, xport, arrow, parquet',
    ],
  },
]

describe('faults', () => {
  for (const { says, study, faults } of FAULTS) {
    test(`a study with ${says} is refused by name`, () => {
      const found = listFaults(JSON.stringify(study)).sort((a, b) => (a < b ? -1 : 1))
      expect(found).toHaveLength(faults.length)
      for (const [index, fault] of faults.entries()) {
        if (typeof fault === 'string') expect(found[index]).toBe(fault)
        else expect(found[index]).toMatch(fault)
      }
    })
  }

  test('a file that is no JSON is named with what the parser says', () => {
    expect(() => parseStudyConfig('{ "study": ', 'my/study.json')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^my\/study\.json: not JSON: .*\. Mend the file/),
      }),
    )
  })

  for (const text of ['null', JSON.stringify({ ...STUDY, sources: [null] })]) {
    test(`a study that holds null where an object belongs is refused: ${text.slice(-16)}`, () => {
      expect(listFaults(text).length).toBeGreaterThan(0)
    })
  }

  test('a mapping with a misspelt member is named with the members it may have', () => {
    const study = { ...STUDY, sources: [{ ...CSV, map: { ...CSV.map, AESEV: { colum: 'SEV' } } }] }
    const [fault] = listFaults(JSON.stringify(study))
    expect(fault).toMatch(/^sources\[0\]\.map\.AESEV.*\bcolumn\b/)
  })
})
