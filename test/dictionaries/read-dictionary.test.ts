import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FilesHash } from '../../dictionaries/hash-files.ts'
import { type ReadDictionaryOptions, readDictionary } from '../../dictionaries/read-dictionary.ts'
import { openDictionaryFolder } from '../../pipeline/storage/dictionary-files.ts'
import { catchMessage, type Files, SMALL_ICD } from './icd-10-cm/icd-10-cm-release.ts'
import { SMALL_RELEASE, toDictionaryFiles } from './meddra/small-release.ts'

const read = (files: Files, options: ReadDictionaryOptions = {}) => readDictionary(toDictionaryFiles(files), options)
const LIST = { 'list.csv': 'code,term\na,Lamp\n' } as const satisfies Files
const NAMED = { name: 'Ours', version: '1' }

describe('the layout is told by the files', () => {
  test('MedDRA by llt.asc, whatever lies beside it', async () => {
    const dictionary = await read(
      { ...SMALL_RELEASE, ...LIST, 'readme.txt': 'Hello' },
      { name: 'Small', version: 'not asked' },
    )
    expect(dictionary.levels).toEqual(['SOC', 'HLGT', 'HLT', 'PT', 'LLT'])
    expect(dictionary.ref).toMatchObject({ name: 'Small', version: '7.1' })
  })

  test('ICD-10-CM by an order file, in a folder below as well', async () => {
    const dictionary = await read({
      'Code Descriptions/icd10cm_order_2026.txt': SMALL_ICD['icd10cm_order_2026.txt'],
    })
    expect(dictionary.ref).toMatchObject({ name: 'ICD-10-CM', version: '2026' })
    expect(dictionary.findTerm('K101')?.code).toBe('K10.1')
  })

  test('a code list by its columns, among texts that are none', async () => {
    const others: Files = {
      'readme.txt': 'Hello, you\nthere "is" no table\n',
      'edits.csv': 'code,sex\na,M\n',
      'empty.txt': '',
    }
    const dictionary = await read({ 'ours.txt': 'Term|Code\nLamp|a\n', ...others }, NAMED)
    expect(dictionary.findTerm('a')?.text).toBe('Lamp')
    expect((await read({ 'list.CSV': LIST['list.csv'] }, NAMED)).ref).toMatchObject(NAMED)
  })

  test('unless it is named', async () => {
    expect((await read({ ...SMALL_RELEASE, ...LIST }, { ...NAMED, layout: 'code-list' })).findTerm('a')?.text).toBe(
      'Lamp',
    )
    expect(await catchMessage(read(LIST, { layout: 'icd-10-cm' }))).toContain('no order file of ICD-10-CM')
    expect(await catchMessage(read(LIST, { layout: 'meddra-ascii' }))).toContain('DICTIONARY_NOT_FOUND')
  })
})

test('a hash tells the names of files, and where one ends and the next begins', () => {
  const toDigest = (...files: (readonly [name: string, text: string])[]) => {
    const hash = new FilesHash()
    for (const [name, text] of files) hash.add(name, Buffer.from(text))
    return hash.digest()
  }
  const digest = toDigest(['a', 'xy'], ['b', ''])
  expect(toDigest(['a', 'xy'], ['b', ''])).toBe(digest)
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(toDigest(['c', 'xy'], ['b', ''])).not.toBe(digest)
  expect(toDigest(['a', 'x'], ['b', 'y'])).not.toBe(digest)
  expect(toDigest(['a', 'xyb\u0000'])).not.toBe(digest)
})

test('an encoding is handed on', async () => {
  const latin = { 'list.csv': Buffer.from('code,term\na,Sj\u00f6gren\n', 'latin1') }
  expect((await read(latin, { ...NAMED, encoding: 'iso-8859-1' })).findTerm('a')?.text).toBe('Sj\u00f6gren')
})

describe('what is no dictionary is refused', () => {
  const KNOWN =
    'MedDRA ASCII files (llt.asc, pt.asc …), or ICD-10-CM (icd10cm_order_2026.txt …), or a code list (one .csv, .tsv or .txt with the columns code and term)'
  test.each<[string, Files, string]>([
    [
      'nothing',
      {},
      `DICTIONARY_NOT_FOUND small-release: no dictionary of a known layout among no files (expected ${KNOWN})`,
    ],
    ['other files', { 'a.pdf': 'x', 'b.txt': 'x' }, 'no dictionary of a known layout among a.pdf, b.txt (expected'],
    ['addenda alone', { 'icd10cm_order_addenda_2026.txt': 'Add: x' }, 'among icd10cm_order_addenda_2026.txt'],
    [
      'two code lists',
      { ...LIST, 'more.tsv': 'term\tcode\nLamp\ta\n' },
      '2 code lists: list.csv, more.tsv among list.csv, more.tsv',
    ],
    ['two layouts', { ...SMALL_ICD, 'x/llt.asc': '' }, 'files of several layouts among icd10cm_order_2026.txt'],
    ['many files', Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}.pdf`, ''])), 'f7.pdf and 12 more'],
    // Its own reader says best what is wrong with the only table.
    [
      'one table without the columns',
      { 'list.csv': 'kode,term\na,A\n', 'readme.txt': 'x' },
      'DICTIONARY_DAMAGED list.csv:1: no column code among kode, term',
    ],
    [
      'one table in another encoding',
      { 'list.csv': Buffer.from('code,term\na,\u00e9\n', 'latin1') },
      'ENCODING list.csv',
    ],
  ])('%s', async (_, files, message) => {
    expect(await catchMessage(read(files, NAMED))).toContain(message)
  })
})

describe('real files', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aecoder-dictionary-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  test('a list that is long is closed after its header, and read', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `c${i},Name of ${i}\n`)
    await writeFile(join(folder, 'list.csv'), `code,term\n${rows.join('')}`)
    const dictionary = await readDictionary(openDictionaryFolder(folder), NAMED)
    expect(dictionary.termCount).toBe(50_000)
  })

  test.each([
    ['icd-10-cm', 'ICD-10-CM 2026'],
    ['code-list', 'Sponsor procedures 3'],
  ])('the sample %s is what it says', async (sample, name) => {
    const { ref } = await readDictionary(openDictionaryFolder(join(import.meta.dirname, '../../samples', sample)))
    expect(`${ref.name} ${ref.version}`).toBe(name)
  })
})
