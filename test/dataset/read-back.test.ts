import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { BATCH_ROWS, openArrowFile } from '../../pipeline/dataset/arrow-file.ts'
import { countCsvRecords, countRows } from '../../pipeline/dataset/read-back.ts'
import type { Storage } from '../../schemas/files.ts'
import { openTestFolder } from './rows.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A folder with `x.arrow` of so many rows. */
async function writeNumbers(rows: number): Promise<{ path: string; storage: Storage }> {
  const { path, storage } = openTestFolder()
  const file = openArrowFile<number>({
    sink: await storage.createFile('x.arrow'),
    columns: [
      { name: 'n', label: 'n', type: 'Num', origin: 'CRF', kind: 'integer', pick: (row) => row },
      { name: 't', label: 't', type: 'Char', origin: 'CRF', kind: 'text', pick: (row) => `text ${row}` },
    ],
    metadata: [],
  })
  await file.write(Array.from({ length: rows }, (_, index) => index))
  await file.close()
  return { path: join(path, 'x.arrow'), storage }
}

/** The same files in chunks of at most so many bytes. */
function inChunks(storage: Storage, size: number): Storage {
  return {
    ...storage,
    async *read(name) {
      for await (const chunk of storage.read(name)) {
        for (let start = 0; start < chunk.byteLength; start += size) yield chunk.subarray(start, start + size)
      }
    },
  }
}

describe('an Arrow file', () => {
  test.each([0, 1, BATCH_ROWS, 2 * BATCH_ROWS + 5])('of %d rows is counted', async (rows) => {
    const { storage } = await writeNumbers(rows)
    expect(await countRows(storage, 'x.arrow')).toBe(rows)
  })

  test.each([1, 7, 8, 4096])('in chunks of %d bytes is counted all the same', async (size) => {
    const { storage } = await writeNumbers(3000)
    expect(await countRows(inChunks(storage, size), 'x.arrow')).toBe(3000)
  })

  test('is never held whole: chunks are let go as the counting goes on', async () => {
    const { storage } = await writeNumbers(160 * BATCH_ROWS)
    const taken: WeakRef<Uint8Array>[] = []
    const held: number[] = []
    const watched: Storage = {
      ...storage,
      async *read(name) {
        for await (const chunk of storage.read(name)) {
          if (taken.length % 10 === 9) {
            await new Promise((resolve) => setImmediate(resolve))
            collectGarbage()
            held.push(taken.filter((reference) => reference.deref() !== undefined).length)
          }
          taken.push(new WeakRef(chunk))
          yield chunk
        }
      },
    }
    expect(await countRows(watched, 'x.arrow')).toBe(160 * BATCH_ROWS)
    expect(held.length).toBeGreaterThan(3)
    expect(Math.max(...held)).toBeLessThan(8)
  })

  test('cut off at any place is refused', async () => {
    const { path, storage } = await writeNumbers(BATCH_ROWS + 100)
    const whole = readFileSync(path)
    const places = [0, 4, 8, 12, 300, 5000, whole.length >> 1, whole.length - 700, whole.length - 100, whole.length - 1]
    for (const place of places) {
      writeFileSync(path, whole.subarray(0, place))
      await expect(countRows(storage, 'x.arrow'), `cut at ${place}`).rejects.toMatchObject({
        code: 'READBACK_MISMATCH',
      })
    }
  })

  test('whose footer lists other batches than there are is refused', async () => {
    const { path, storage } = await writeNumbers(2 * BATCH_ROWS)
    const two = readFileSync(path)
    const one = readFileSync((await writeNumbers(BATCH_ROWS)).path)
    const bodyEnd = (file: Buffer) => file.length - 10 - file.readInt32LE(file.length - 10)
    writeFileSync(path, Buffer.concat([two.subarray(0, bodyEnd(two)), one.subarray(bodyEnd(one))]))
    await expect(countRows(storage, 'x.arrow')).rejects.toMatchObject({
      code: 'READBACK_MISMATCH',
      facts: { where: `${storage.where}/x.arrow`, found: 'not a whole Arrow file: 2 batches, but 1 in its footer' },
    })
  })

  test('with bytes between the last batch and the footer is refused', async () => {
    const { path, storage } = await writeNumbers(100)
    const whole = readFileSync(path)
    const footer = whole.length - 10 - whole.readInt32LE(whole.length - 10)
    writeFileSync(path, Buffer.concat([whole.subarray(0, footer), Buffer.alloc(8), whole.subarray(footer)]))
    await expect(countRows(storage, 'x.arrow')).rejects.toMatchObject({
      facts: { found: 'not a whole Arrow file: its footer is damaged' },
    })
  })

  test.each(['', 'STUDYID,DOMAIN\n', 'ARROW1\0\0', 'ARROW1\0\0ARROW1\0\0ARROW1\0\0'])('is not %j', async (text) => {
    const { path, storage } = openTestFolder()
    writeFileSync(join(path, 'x.arrow'), text)
    await expect(countRows(storage, 'x.arrow')).rejects.toMatchObject({ code: 'READBACK_MISMATCH' })
  })

  test('that is not there is not found', async () => {
    await expect(countRows(openTestFolder().storage, 'x.arrow')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})

describe('a CSV file', () => {
  test.each([
    ['A,B\n', 0],
    ['A,B\n1,2\n', 1],
    ['A,B\n"line\nbreak","say ""hi""\n"\n,\n', 2],
    ['"A\n","B"\n1,2\n3,4\n', 2],
  ])('%j has %d records', async (text, records) => {
    const { path, storage } = openTestFolder()
    writeFileSync(join(path, 'x.csv'), text)
    expect(await countCsvRecords(storage, 'x.csv')).toBe(records)
    expect(await countCsvRecords(inChunks(storage, 1), 'x.csv')).toBe(records)
  })
})
