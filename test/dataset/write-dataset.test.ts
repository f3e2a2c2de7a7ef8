import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { BATCH_ROWS } from '../../pipeline/dataset/arrow-file.ts'
import { type DatasetOptions, writeDataset } from '../../pipeline/dataset/write-dataset.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { Storage } from '../../schemas/files.ts'
import type { DatasetRow } from '../../schemas/records.ts'
import { DICTIONARY, inBatches, openTestFolder, readArrow, toPath, toRow } from './rows.ts'

const ROWS: readonly DatasetRow[] = [
  toRow({
    sequence: 1,
    site: '101',
    verbatim: 'bad HA, "worst ever"\nsince Tue',
    context: { AESTDAT: '12-JAN-2026', AESTDTC: '2026-01-12', AESEV: '', Visit: 'Visit 1' },
    path: toPath('9000', 'Headache'),
    provenance: { decision: 'd1', outcome: 'normalised', step: 'normalised', target: 'group', confidence: 1 },
  }),
  toRow({ sequence: 2, verbatim: '=1+1', context: { AESEV: 'MILD' } }),
  toRow({ usubjid: '__proto__', sequence: 1, verbatim: 'Übelkeit', modified: 'Nausea' }),
]

const toOptions = (storage: Storage, given: Partial<DatasetOptions> = {}): DatasetOptions => ({
  domain: 'AE',
  protocol: 'S1',
  rows: inBatches(ROWS, 2),
  mapped: ['AETERM', 'AESTDAT', 'AESEV'],
  carried: ['Visit'],
  dictionary: DICTIONARY,
  beside: [],
  asOf: '2026-02-01',
  storage,
  folder: 'runs/7f/',
  ...given,
})

/** So many rows with all kinds of values. */
const manyRows = (count: number): DatasetRow[] =>
  Array.from({ length: count }, (_, index) =>
    toRow({
      usubjid: `S1-${index % 97}`,
      sequence: Math.floor(index / 97) + 1,
      verbatim: `term, number ${index}`,
      context: { AESEV: index % 3 === 0 ? null : 'MILD' },
      path: index % 4 === 0 ? null : toPath(String(9000 + (index % 50)), `Term ${index % 50}`),
    }),
  )

describe('what is written', () => {
  test('three files with the rows, named by the domain, hashed and counted', async () => {
    const { path, storage } = openTestFolder()
    const { files, rows } = await writeDataset(toOptions(storage))
    expect(rows).toBe(3)
    expect(files.map(({ name }) => name)).toEqual(['runs/7f/ae.arrow', 'runs/7f/coding_ae.arrow', 'runs/7f/ae.csv'])
    for (const { name, bytes } of files) expect(readFileSync(join(path, name)).byteLength).toBe(bytes)
    expect(readdirSync(join(path, 'runs/7f')).sort()).toEqual(['ae.arrow', 'ae.csv', 'coding_ae.arrow'])
  })

  test('the dataset row by row', async () => {
    const { path, storage } = openTestFolder()
    await writeDataset(toOptions(storage))
    const { rows, types } = readArrow(join(path, 'runs/7f/ae.arrow'))
    expect(rows[0]).toEqual({
      STUDYID: 'S1',
      DOMAIN: 'AE',
      USUBJID: 'S1-0001',
      SUBJID: '0001',
      SITEID: '101',
      AESEQ: 1,
      AETERM: 'bad HA, "worst ever"\nsince Tue',
      AEMODIFY: null,
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
      AESEV: '',
      AESTDTC: '2026-01-12',
      AESTDAT: '12-JAN-2026',
      Visit: 'Visit 1',
    })
    expect(rows[1]).toMatchObject({ AETERM: '=1+1', AELLT: null, AELLTCD: null, AESEV: 'MILD', Visit: null })
    expect(rows[2]).toMatchObject({ USUBJID: '__proto__', AETERM: 'Übelkeit', AEMODIFY: 'Nausea', AESEV: null })
    expect(types).toMatchObject({ AESEQ: 'Int32', AELLTCD: 'Int32', AETERM: 'Utf8' })
  })

  test('the coding file has one line for each row of the dataset, found by subject and sequence', async () => {
    const { path, storage } = openTestFolder()
    await writeDataset(toOptions(storage))
    const { rows, types } = readArrow(join(path, 'runs/7f/coding_ae.arrow'))
    expect(rows.map((row) => [row.USUBJID, row.AESEQ, row.OUTCOME, row.CONFIDENCE, row.DICTIONARY])).toEqual([
      ['S1-0001', 1, 'normalised', 1, 'OpenAE'],
      ['S1-0001', 2, null, null, null],
      ['__proto__', 1, null, null, null],
    ])
    expect(types).toMatchObject({ AESEQ: 'Int32', PART: 'Int32', CONFIDENCE: 'Float64', KEY: 'Utf8' })
  })

  test('the CSV says the same as the Arrow file', async () => {
    const { path, storage } = openTestFolder()
    await writeDataset(toOptions(storage))
    const parsed = Papa.parse<string[]>(readFileSync(join(path, 'runs/7f/ae.csv'), 'utf8').trimEnd())
    const { names, rows } = readArrow(join(path, 'runs/7f/ae.arrow'))
    expect(parsed.data).toEqual([names, ...rows.map((row) => names.map((name) => String(row[name] ?? '')))])
    expect(readFileSync(join(path, 'runs/7f/ae.csv'), 'utf8')).toContain(',"",2026-01-12,12-JAN-2026,Visit 1\n')
  })

  test('each file says what it is, in a fixed order', async () => {
    const { path, storage } = openTestFolder()
    await writeDataset(toOptions(storage))
    const { metadata, fields } = readArrow(join(path, 'runs/7f/ae.arrow'))
    const common = [
      ['study', 'S1'],
      ['dictionary', 'OpenAE'],
      ['dictionary_version', '0.1'],
      ['dictionary_language', 'en'],
      ['as_of', '2026-02-01'],
    ]
    expect([...metadata]).toEqual([
      ['dataset', 'AE'],
      ['label', 'Adverse Events'],
      ['standard', 'SDTMIG 3.4'],
      ...common,
    ])
    expect(fields.AELLTCD).toEqual({ label: 'Lowest Level Term Code', type: 'Num', origin: 'Assigned' })
    expect([...readArrow(join(path, 'runs/7f/coding_ae.arrow')).metadata]).toEqual([
      ['dataset', 'CODING_AE'],
      ['label', 'Coding of Adverse Events'],
      ...common,
    ])
  })

  test('medical history goes to files of its own, without rows too', async () => {
    const { path, storage } = openTestFolder()
    const result = await writeDataset(
      toOptions(storage, { domain: 'MH', rows: inBatches([], 1), mapped: [], carried: [], folder: '' }),
    )
    expect(result.rows).toBe(0)
    expect(readdirSync(path).sort()).toEqual(['coding_mh.arrow', 'mh.arrow', 'mh.csv'])
    expect(readArrow(join(path, 'mh.arrow'))).toMatchObject({ rows: [] })
    expect(readArrow(join(path, 'coding_mh.arrow')).names).toContain('MHSEQ')
    expect(readFileSync(join(path, 'mh.csv'), 'utf8')).toMatch(/^STUDYID,DOMAIN,[A-Z,]+,MHSOC,MHSOCCD\n$/)
  })

  test('codes that are no numbers stay text', async () => {
    const { path, storage } = openTestFolder()
    const path5 = toPath('R51.', 'Headache')
    await writeDataset(
      toOptions(storage, {
        rows: inBatches([toRow({ path: path5 })], 1),
        dictionary: { ...DICTIONARY, hasNumericCodes: false },
      }),
    )
    const { rows, types } = readArrow(join(path, 'runs/7f/ae.arrow'))
    expect([types.AELLTCD, rows[0]?.AELLTCD]).toEqual(['Utf8', 'R51.5'])
  })

  test('the same rows give the same bytes, whatever the batches', async () => {
    const rows = manyRows(BATCH_ROWS + 500)
    const written = []
    for (const size of [rows.length, 333, 1]) {
      const { storage } = openTestFolder()
      written.push(await writeDataset(toOptions(storage, { rows: inBatches(rows, size) })))
    }
    expect(written[1]).toEqual(written[0])
    expect(written[2]).toEqual(written[0])
    expect(written[0]?.rows).toBe(BATCH_ROWS + 500)
  })
})

describe('what goes wrong', () => {
  /** The folder's storage with a disk that is full after so many bytes. */
  function withRoomFor(storage: Storage, room: number): Storage {
    return {
      ...storage,
      async createFile(name) {
        const sink = await storage.createFile(name)
        return {
          ...sink,
          async write(chunk) {
            room -= chunk.byteLength
            if (room < 0) throw new AecoderError('WRITE_FAILED', { where: name, found: 'no space left on device' })
            await sink.write(chunk)
          },
        }
      },
    }
  }

  test.each([0, 200_000, 4_000_000])('a disk that is full after %d bytes leaves no file', async (room) => {
    const { path, storage } = openTestFolder()
    const rows = inBatches(manyRows(8 * BATCH_ROWS), 1000)
    await expect(writeDataset(toOptions(withRoomFor(storage, room), { rows }))).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    })
    expect(readdirSync(join(path, 'runs/7f'))).toEqual([])
  })

  test('rows that break off leave no file', async () => {
    const { path, storage } = openTestFolder()
    async function* breaking() {
      yield* inBatches(manyRows(BATCH_ROWS + 1), 1000)
      throw new Error('the store went away')
    }
    await expect(writeDataset(toOptions(storage, { rows: breaking() }))).rejects.toThrow('the store went away')
    expect(readdirSync(join(path, 'runs/7f'))).toEqual([])
  })

  test('a place where no file can be made leaves none', async () => {
    const { path, storage } = openTestFolder()
    const full: Storage = {
      ...storage,
      createFile: async (name) =>
        name.endsWith('.csv') ? await Promise.reject(new Error('too many files')) : await storage.createFile(name),
    }
    await expect(writeDataset(toOptions(full))).rejects.toThrow('too many files')
    expect(readdirSync(join(path, 'runs/7f'))).toEqual([])
  })

  test('a path that is not of five levels stops the writing', async () => {
    const { path, storage } = openTestFolder()
    const rows = inBatches([toRow({ path: [{ level: 'Code', code: 'R51.9', text: 'Headache' }] })], 1)
    await expect(writeDataset(toOptions(storage, { rows }))).rejects.toThrow('does not fit the columns')
    expect(readdirSync(join(path, 'runs/7f'))).toEqual([])
  })

  test.each(['runs/7f/ae.arrow', 'runs/7f/coding_ae.arrow', 'runs/7f/ae.csv'])(
    'a storage that lost rows of %s is found out',
    async (lost) => {
      const { storage } = openTestFolder()
      const other = openTestFolder().storage
      await writeDataset(toOptions(other, { rows: inBatches(ROWS.slice(1), 2) }))
      const losing: Storage = { ...storage, read: (name) => (name === lost ? other : storage).read(name) }
      await expect(writeDataset(toOptions(losing))).rejects.toMatchObject({
        code: 'READBACK_MISMATCH',
        message: `${storage.where}/${lost}: 2 rows read back (expected the 3 rows written). Check the disk, or what stands between here and the bucket, then run again: this file is not in force`,
      })
    },
  )

  test('a folder without its closing slash is a defect of the caller', async () => {
    await expect(writeDataset(toOptions(openTestFolder().storage, { folder: 'runs/7f' }))).rejects.toThrow(
      'must end with a slash',
    )
  })
})
