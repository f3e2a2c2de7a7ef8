/** Real folders with real archives: by the library that reads them, and by hand. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  TextReader,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipWriter,
  type ZipWriterConstructorOptions,
} from '@zip.js/zip.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type FilesInFilesOptions, openFilesInFiles } from '../../pipeline/storage/files-in-files.ts'
import { openFolder } from '../../pipeline/storage/folder.ts'
import type { SourceFile, Storage } from '../../schemas/files.ts'
import { refusalOf } from '../formats/tables.ts'
import { toXport } from '../generators/xport-file.ts'

type Content = { readonly [name: string]: string | Uint8Array }

async function toZip(files: Content, options: ZipWriterConstructorOptions = {}): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), options)
  for (const [name, content] of Object.entries(files)) {
    await writer.add(name, typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content))
  }
  return await writer.close()
}

/** A folder with these files. */
async function toFolder(files: Content): Promise<Storage> {
  const path = await mkdtemp(join(tmpdir(), 'aecoder-files-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return openFolder(path)
}

async function reach(files: Content, patterns: readonly string[], options: FilesInFilesOptions = {}) {
  return openFilesInFiles(await toFolder(files), options).reach(patterns)
}

async function readText(file: SourceFile): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of file.open()) parts.push(chunk)
  return Buffer.concat(parts).toString('utf8')
}

const CSVS = { 'ae.csv': 'A\n1\n', 'deep/mh.csv': 'B\n2\n' }

describe('an archive', () => {
  test('is a folder to a pattern that reaches into it, and its files are read like others', async () => {
    const files = await reach({ 'a.csv': 'x', 'export.zip': await toZip(CSVS) }, ['export.zip/**/*.csv'])
    expect(await files.list()).toEqual(['a.csv', 'export.zip', 'export.zip/ae.csv', 'export.zip/deep/mh.csv'])
    expect(await readText(files.file('export.zip/deep/mh.csv'))).toBe('B\n2\n')
    expect(await readText(files.file('a.csv'))).toBe('x')
  })

  test.each([
    ['*.zip', 0],
    ['**/*.csv', 0],
    ['*/*.csv', 0],
    ['other.zip/*.csv', 0],
    ['*.zip/*.csv', 1],
    ['./export.zip/ae.csv', 1],
    ['**/*.zip/*.csv', 1],
  ])('is opened by %s %i times: only by what names it as one', async (pattern, times) => {
    // What is no archive tells that it was opened.
    const files = await reach({ 'export.zip': 'no archive' }, [pattern])
    expect(await refusalOf(() => files.list())).toMatch(
      times === 0 ? /^not refused/ : /^FORMAT_DAMAGED export.zip: no zip archive/,
    )
  })

  test('in a folder, beside a folder that is called like one', async () => {
    const files = await reach({ 'site 1/x.zip': await toZip(CSVS), 'y.zip/ae.csv': 'C\n' }, [
      '*/x.zip/ae.csv',
      'y.zip/*.csv',
    ])
    expect(await files.list()).toEqual([
      'site 1/x.zip',
      'site 1/x.zip/ae.csv',
      'site 1/x.zip/deep/mh.csv',
      'y.zip/ae.csv',
    ])
    expect(await readText(files.file('y.zip/ae.csv'))).toBe('C\n')
  })

  test('keeps what its maker added for themselves to itself', async () => {
    const files = await reach(
      { 'x.zip': await toZip({ 'ae.csv': '', '.hidden': '', '__MACOSX/ae.csv': '', 'a/.b/c': '' }) },
      ['x.zip/*'],
    )
    expect(await files.list()).toEqual(['x.zip', 'x.zip/ae.csv'])
  })

  test('that is encrypted asks for its password once, when a file is read', async () => {
    const asked: string[] = []
    const askPassword = async (archive: string) => {
      asked.push(archive)
      return 'Seven-Lamps-19'
    }
    const zip = await toZip(CSVS, { password: 'Seven-Lamps-19' })
    const files = await reach({ 'x.zip': zip }, ['x.zip/**'], { askPassword })
    expect([await files.list(), asked]).toEqual([['x.zip', 'x.zip/ae.csv', 'x.zip/deep/mh.csv'], []])
    expect(await readText(files.file('x.zip/ae.csv'))).toBe('A\n1\n')
    expect(await readText(files.file('x.zip/deep/mh.csv'))).toBe('B\n2\n')
    expect(asked).toEqual(['x.zip'])
    const untold = await reach({ 'x.zip': zip }, ['x.zip/**'])
    expect(await refusalOf(() => readText(untold.file('x.zip/ae.csv')))).toMatch(
      /^USAGE x.zip: ae.csv: an encrypted file, and no password/,
    )
  })

  test('is read where it lies: of a large one only what is needed comes into memory', async () => {
    const big = Buffer.from(Array.from({ length: 4_000_000 }, (_, index) => (index * 7919) % 251))
    const folder = await toFolder({ 'x.zip': await toZip({ 'big.bin': big, ...CSVS }, { level: 0 }) })
    let bytes = 0
    let whole = 0
    const counted: Storage = {
      ...folder,
      file(name) {
        const file = folder.file(name)
        return {
          name,
          open: () => {
            whole++
            return file.open()
          },
          random: {
            size: async () => (await file.random?.size()) ?? 0,
            readAt: async (at, length) => {
              bytes += length
              return (await file.random?.readAt(at, length)) ?? new Uint8Array()
            },
          },
        }
      },
    }
    const files = openFilesInFiles(counted).reach(['x.zip/*'])
    expect(await readText(files.file('x.zip/ae.csv'))).toBe('A\n1\n')
    expect(whole).toBe(0)
    expect(bytes).toBeLessThan(3_000_000)
  })

  test.each<[string, () => Promise<Content>, RegExp]>([
    [
      'an archive within an archive',
      async () => ({ 'x.zip': await toZip({ 'y.zip': await toZip(CSVS) }) }),
      /^FORMAT_UNKNOWN x.zip\/y.zip: an archive within an archive/,
    ],
    [
      'names that lead out of it',
      async () => ({ 'x.zip': rename(await toZip({ 'aa/y.zip': '' }), 'aa/y.zip', '../y.zip') }),
      /^FORMAT_DAMAGED x.zip: a file named "..\/y.zip"/,
    ],
    [
      'an archive that is cut off',
      async () => ({ 'x.zip': (await toZip(CSVS)).subarray(0, -30) }),
      /^FORMAT_DAMAGED x.zip: no zip archive that can be read/,
    ],
  ])('%s is refused', async (_, make, expected) => {
    const files = await reach(await make(), ['x.zip/y.zip/*', 'x.zip/*'])
    expect(await refusalOf(() => files.list())).toMatch(expected)
  })
})

describe('a library of datasets', () => {
  const variables = [{ name: 'X', type: 'char', length: 8 } as const]
  const library = toXport({ members: ['AE', 'MH'].map((name) => ({ name, variables, rows: [[name]] })) })

  test('is a folder to a pattern that reaches into it', async () => {
    const files = await reach({ 'study.xpt': library }, ['study.xpt/AE'])
    expect(await files.list()).toEqual(['study.xpt', 'study.xpt/AE', 'study.xpt/MH'])
    expect(await readText(files.file('study.xpt/MH'))).not.toContain('AE      ')
  })

  test('may stand in an archive', async () => {
    const files = await reach({ 'x.zip': await toZip({ 'study.xpt': library }) }, ['x.zip/*.xpt/AE'])
    expect(await files.list()).toEqual(['x.zip', 'x.zip/study.xpt', 'x.zip/study.xpt/AE', 'x.zip/study.xpt/MH'])
  })
})

/** A name of the same length, in the list of files and before the file. */
function rename(zip: Uint8Array, from: string, to: string): Uint8Array {
  return Buffer.from(Buffer.from(zip).toString('latin1').replaceAll(from, to), 'latin1')
}
