import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CodeListOptions, readCodeList } from '../../../dictionaries/code-list/read-code-list.ts'
import type { Dictionary } from '../../../dictionaries/dictionary.ts'
import { openDictionaryFolder } from '../../../pipeline/storage/dictionary-files.ts'
import { catchMessage } from '../icd-10-cm/icd-10-cm-release.ts'
import { toDictionaryFiles } from '../meddra/small-release.ts'

const NAMED = { name: 'Ours', version: '1' }
const read = (list: string | Uint8Array, options: CodeListOptions = NAMED, sidecar?: string) =>
  readCodeList(
    toDictionaryFiles({ 'list.csv': list, ...(sidecar === undefined ? {} : { 'dictionary.json': sidecar }) }),
    {
      ...options,
      file: 'list.csv',
    },
  )

describe('the sample', () => {
  let dictionary: Dictionary
  beforeAll(async () => {
    const files = openDictionaryFolder(join(import.meta.dirname, '../../../samples/code-list'))
    dictionary = await readCodeList(files, { file: 'procedures.csv' })
  })

  test('is named by dictionary.json and counted by its levels, broadest first', () => {
    expect(dictionary.ref).toMatchObject({ name: 'Sponsor procedures', version: '3' })
    expect(dictionary.levels).toEqual(['chapter', 'group', 'procedure'])
    expect(dictionary.report).toEqual({
      counts: { chapter: 1, group: 2, procedure: 5 },
      currentTerms: 11,
      nonCurrentTerms: 3,
      primaryPaths: 8,
      secondaryPaths: 0,
      standardQueries: 0,
      warnings: [],
    })
    expect(dictionary.period).toEqual({ from: '2020-01-01' })
  })

  test('has paths, names, and codes that are headings only', () => {
    expect(dictionary.findPath('P2-01')).toEqual([
      { level: 'chapter', code: 'P', text: 'Procedures by body part' },
      { level: 'group', code: 'P2', text: 'Procedures on the pelvis' },
      { level: 'procedure', code: 'P2-01', text: 'Removal of the womb' },
    ])
    expect(dictionary.listTerms('P1-01').map(({ text }) => text)).toEqual([
      'Lens exchange',
      'Cataract operation',
      'Phaco',
    ])
    expect(dictionary.listByFold('phaco')).toEqual([
      { code: 'P1-01', text: 'Phaco', conceptCode: 'P1-01', isCurrent: true },
    ])
    expect(dictionary.findTerm('P1')?.isCurrent).toBe(false)
  })

  test('has limits of sex, age and days', () => {
    expect(dictionary.findLimits('P2-01')).toEqual({ sex: 'F', valid: [{ from: '2020-01-01' }] })
    expect(dictionary.findLimits('P2-02')).toEqual({ sex: 'M', age: { from: 18 }, valid: [{ from: '2020-01-01' }] })
    expect(dictionary.findLimits('P2-03')).toEqual({ age: { from: 0, to: 17 }, valid: [{ from: '2020-01-01' }] })
    expect(dictionary.findLimits('P1-02')).toEqual({
      valid: [{ from: '2020-01-01', to: '2023-12-31' }, { from: '2025-01-01' }],
    })
    expect(dictionary.findLimits('P1')).toBeUndefined()
  })
})

describe('rows', () => {
  test('need a code and a term; levels are counted where no column names them', async () => {
    const dictionary = await read('Code;Term;PARENT\nb;Two;a\na;One;\nc;Three;b\nd;Four;\n')
    expect(dictionary.levels).toEqual(['level 1', 'level 2', 'level 3'])
    expect(dictionary.findPath('c')?.map(({ level, code }) => `${level} ${code}`)).toEqual([
      'level 1 a',
      'level 2 b',
      'level 3 c',
    ])
    expect(dictionary.listChildren().map(({ code }) => code)).toEqual(['a', 'd'])
    expect(dictionary.period).toBeUndefined()
    expect(dictionary.hasNumericCodes).toBe(false)
  })

  test('codes stay text as written, leading zeros and all', async () => {
    const dictionary = await read('code,term\n0010,Ten\n99213,Visit\n')
    expect(dictionary.findTerm('0010')?.text).toBe('Ten')
    expect(dictionary.findTerm('10')).toBeUndefined()
    expect(dictionary.hasNumericCodes).toBe(false)
    expect((await read('code,term\n99213,Visit\n')).hasNumericCodes).toBe(true)
  })

  test('synonyms stand once in a code, and may be those of several codes', async () => {
    const dictionary = await read('code,term,synonyms\na,Red lamp,Beacon| beacon |RED LAMP||Scarlet\nb,Lamp,Beacon\n')
    expect(dictionary.listTerms('a').map(({ text }) => text)).toEqual(['Red lamp', 'Beacon', 'Scarlet'])
    expect(dictionary.listByFold('beacon').map(({ code }) => code)).toEqual(['a', 'b'])
  })

  test('of one code have periods without a common day, which are joined where they touch, and all synonyms', async () => {
    const rows = ['a,A,2026-01-01,,x', 'a,A,2022-03-01,2022-12-31,', 'a,A,2023-01-01,2023-12-31,y']
    const dictionary = await read(`code,term,valid_from,valid_to,synonyms\n${rows.join('\n')}\n`)
    expect(dictionary.findLimits('a')).toEqual({
      valid: [{ from: '2022-03-01', to: '2023-12-31' }, { from: '2026-01-01' }],
    })
    expect(dictionary.listTerms('a').map(({ text }) => text)).toEqual(['A', 'x', 'y'])
    expect(dictionary.period).toEqual({ from: '2022-03-01' })
  })

  test('columns that nobody knows are told of', async () => {
    const dictionary = await read('code,term,Synonym,price\na,A,b,7\n')
    expect(dictionary.report.warnings).toEqual(['list.csv: columns that are not read: Synonym, price'])
  })

  test('are read in the encoding that is named, UTF-8 else', async () => {
    const latin = Buffer.from('code\tterm\na\tSj\u00f6gren\n', 'latin1')
    expect((await read(latin, { ...NAMED, encoding: 'windows-1252' })).findTerm('a')?.text).toBe('Sj\u00f6gren')
    expect(await catchMessage(read(latin))).toContain('ENCODING list.csv')
    expect((await read(Buffer.from('\ufeffcode,term\na,\u00c5\n'))).findTerm('a')?.text).toBe('\u00c5')
  })
})

describe('name and version', () => {
  const LIST = 'code,term\na,A\n'

  test('are those of dictionary.json, but for a name that the caller gives', async () => {
    const sidecar = '{ "name": "Theirs", "version": "7", "language": "German", "licence": "CC0-1.0" }'
    const dictionary = await read(LIST, NAMED, sidecar)
    expect(dictionary.ref).toMatchObject({ name: 'Ours', version: '7' })
    expect(dictionary.language).toBe('German')
    expect((await read(LIST, {}, sidecar)).ref).toMatchObject({ name: 'Theirs', version: '7' })
    expect((await read(LIST)).ref).toMatchObject({ name: 'Ours', version: '1' })
  })

  test('must come from somewhere', async () => {
    expect(await catchMessage(read(LIST, { name: 'Ours' }))).toContain(
      'CONFIG_INVALID small-release: a code list without a version',
    )
    expect(await catchMessage(read(LIST, { version: '1' }))).toContain(
      'CONFIG_INVALID small-release: a code list without a name',
    )
    expect(await catchMessage(read(LIST, NAMED, '{ "version": 7 }'))).toContain(
      'DICTIONARY_DAMAGED dictionary.json: version: 7',
    )
    expect(await catchMessage(read(LIST, NAMED, 'name: x'))).toContain('DICTIONARY_DAMAGED dictionary.json: "name: x"')
  })

  test('each byte counts in the hash, the name of the list does not', async () => {
    const { sha256 } = (await read(LIST)).ref
    expect((await read(`${LIST}\n`)).ref.sha256).not.toBe(sha256)
    expect((await read(LIST, NAMED, '{}')).ref.sha256).not.toBe(sha256)
    const renamed = await readCodeList(toDictionaryFiles({ 'x/other.tsv': LIST }), { ...NAMED, file: 'x/other.tsv' })
    expect(renamed.ref.sha256).toBe(sha256)
  })
})

describe('a list is refused', () => {
  test.each<[string, string, string]>([
    ['without a term column', 'code,name\na,A\n', 'DICTIONARY_DAMAGED list.csv:1: no column term among code, name'],
    ['with a column twice', 'code,term,Valid from,valid-from\na,A,,\n', 'list.csv:1: two columns valid_from'],
    ['without a code', 'code,term\n', 'DICTIONARY_DAMAGED list.csv: no code'],
    ['with headings only', 'code,term,assignable\na,A,N\n', 'list.csv: no code that can be assigned'],
    ['with an empty code', 'code,term\na,A\n ,B\n', 'list.csv:3: no code'],
    ['with an empty term', 'code,term\na, \n', 'list.csv:2: no term for code a'],
    ['with a code twice', 'code,term\na,A\nb,B\na,A\n', 'list.csv:4: code a again, first on line 2'],
    [
      'with a code twice, once with a period',
      'code,term,valid_from\na,A,2026-01-01\na,A,\n',
      'list.csv:3: code a again, first on line 2',
    ],
    [
      'with periods that have a day in common',
      'code,term,valid_from,valid_to\na,A,2025-01-01,2025-12-31\na,A,2025-12-31,\n',
      'list.csv:3: code a valid from 2025-12-31 on, and on line 2 from 2025-01-01 to 2025-12-31',
    ],
    [
      'with another term in another period',
      'code,term,valid_from,valid_to\na,A,,2025-12-31\na,B,2026-01-01,\n',
      'list.csv:3: code a again, first on line 2, with another term',
    ],
    [
      'with another sex in another period',
      'code,term,valid_from,valid_to,sex\na,A,,2025-12-31,M\na,A,2026-01-01,,F\n',
      'list.csv:3: code a again, first on line 2, with another sex or ages',
    ],
    ['with a parent that is not there', 'code,term,parent\na,A,\nb,B,c\n', 'list.csv:3: parent c of code b'],
    ['with a code as its own parent', 'code,term,parent\na,A,a\n', 'list.csv:2: code a as its own parent'],
    [
      'with a circle',
      'code,term,parent\nx,X,a\na,A,c\nb,B,a\nc,C,b\n',
      'list.csv:3: code a above itself: a below c below b below a',
    ],
    ['with a day that is none', 'code,term,valid_from\na,A,2025-02-29\n', 'list.csv:2: valid_from "2025-02-29"'],
    ['with a day in another form', 'code,term,valid_to\na,A,31.12.2025\n', 'list.csv:2: valid_to "31.12.2025"'],
    [
      'with a period turned round',
      'code,term,valid_from,valid_to\na,A,2026-01-02,2026-01-01\n',
      'list.csv:2: valid from 2026-01-02 to 2026-01-01',
    ],
    ['with a sex that is none', 'code,term,sex\na,A,W\n', 'list.csv:2: sex "W"'],
    ['with an age that is none', 'code,term,age_to\na,A,1.5\n', 'list.csv:2: age_to "1.5"'],
    ['with an age beyond all', 'code,term,age_to\na,A,151\n', 'list.csv:2: age_to "151"'],
    ['with ages turned round', 'code,term,age_from,age_to\na,A,9,8\n', 'list.csv:2: ages from 9 to 8'],
    ['with neither yes nor no', 'code,term,assignable\na,A,maybe\n', 'list.csv:2: assignable "maybe"'],
    ['with a level left out', 'code,term,level\na,A,top\nb,B,\n', 'list.csv:3: no level for code b'],
    [
      "with a code of its parent's level",
      'code,term,parent,level\na,A,,top\nb,B,a,top\n',
      'list.csv:3: code b of level top, as is its parent a',
    ],
    [
      'with levels in two orders',
      'code,term,parent,level\na,A,,one\nb,B,a,two\nc,C,,two\nd,D,c,one\n',
      'list.csv:5: level two above level one here, and below it elsewhere',
    ],
    ['with a row too short', 'code,term,sex\na,A\n', 'list.csv:2: has 2 fields, the header has 3'],
    ['with a quote that never ends', 'code,term\na,"A\n', 'CSV_UNTERMINATED_QUOTE list.csv:2'],
  ])('%s', async (_, list, message) => {
    expect(await catchMessage(read(list))).toContain(message)
  })
})

test('levels are in order though the list begins with the narrowest', async () => {
  const dictionary = await read('code,term,parent,level\nc,C,b,leaf\nb,B,a,branch\na,A,,trunk\nd,D,a,leaf\n')
  expect(dictionary.levels).toEqual(['trunk', 'branch', 'leaf'])
})

test('a long chain of parents is no hindrance', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `c${i},Name ${i},${i === 0 ? '' : `c${i - 1}`}`)
  const dictionary = await read(Buffer.from(`code,term,parent\n${rows.toReversed().join('\n')}\n`))
  expect(dictionary.findPath('c19999')).toHaveLength(20_000)
})
