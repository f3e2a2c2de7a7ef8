/** One table in other orders and in other formats is the same table: nothing moves, and the datasets keep every byte. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCodingKits, openStudy, runStudy } from '../../pipeline/index.ts'
import { writeSmallStudy } from '../csv-study.ts'
import { readCurrentFiles } from './stored.ts'

const HEADER = ['SUBJID', 'AESEQ', 'AETERM', 'AESTDAT', 'AESER']
const ROWS = [
  ['101', '1', 'Headache', '2026-02-01', 'N'],
  ['101', '2', 'Nausée, "bad"', '2026-02', 'Y'],
  ['102', '1', 'qwx vrtb', '', 'N'],
  ['103', '1', ' Rash ', '2026-02-03', ''],
]
const toCsv = (rows: readonly (readonly string[])[], delimiter = ',') =>
  [HEADER, ...rows].map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)}\r\n`).join('')
const toDatasetJson = (rows: readonly (readonly string[])[]) =>
  JSON.stringify({
    datasetJSONCreationDateTime: '2026-03-02T06:00:00',
    datasetJSONVersion: '1.1.0',
    itemGroupOID: 'IG.AE',
    records: rows.length,
    name: 'AE',
    label: 'Adverse Events',
    columns: HEADER.map((name) => ({ itemOID: `IT.AE.${name}`, name, label: name, dataType: 'string' })),
    rows,
  })

const TRANSFERS: { says: string; file: string; bytes: Buffer }[] = [
  { says: 'the rows in another order', file: 'ae.csv', bytes: Buffer.from(toCsv([...ROWS].reverse())) },
  { says: 'semicolons and UTF-16', file: 'ae.csv', bytes: Buffer.from(`\ufeff${toCsv(ROWS, ';')}`, 'utf16le') },
  { says: 'a row that stands twice', file: 'ae.csv', bytes: Buffer.from(toCsv([...ROWS, ...ROWS.slice(1, 2)])) },
  { says: 'Dataset-JSON', file: 'ae.json', bytes: Buffer.from(toDatasetJson(ROWS)) },
  { says: 'Dataset-JSON in another order', file: 'ae.json', bytes: Buffer.from(toDatasetJson([...ROWS].reverse())) },
]

test('a table in another order, dialect or format moves nothing and leaves the datasets as they were, byte for byte', async () => {
  const map = { subject: 'SUBJID', AETERM: 'AETERM', AESTDAT: 'AESTDAT', AESER: 'AESER' }
  const folder = await writeSmallStudy([], {
    sources: [{ id: 'ae', domain: 'AE', files: ['ae.*'], key: ['AESEQ'], map }],
  })
  await writeFile(join(folder, 'transfer-1', 'ae.csv'), toCsv(ROWS))
  const study = await openStudy(folder)
  const kits = await openCodingKits(study)
  const run = (input: string) =>
    runStudy(study, {
      input: join(folder, input),
      asOf: '2026-03-02',
      actor: { name: 'Dana', kind: 'person', auth: 'asserted' },
      ambience: { now: () => new Date().toISOString(), salt: () => Math.random().toString(16).slice(2) },
      kits,
    })
  expect((await run('transfer-1')).transfer.movement).toMatchObject({ new: ROWS.length })
  const before = await readDatasets(folder)
  expect(before.size).toBeGreaterThan(2)
  for (const { says, file, bytes } of TRANSFERS) {
    const name = says.replaceAll(' ', '-')
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, file), bytes)
    const { transfer } = await run(name)
    const nothing = { new: 0, changedVerbatim: 0, changedContext: 0, returned: 0, withdrawn: 0 }
    expect(transfer.movement, says).toEqual({ ...nothing, unchanged: ROWS.length })
    expect(transfer.keys, says).toEqual([
      { source: 'ae', known: 4, matched: 4, new: 0, returned: 0, gone: 0, rekeyed: 0 },
    ])
    const after = await readDatasets(folder)
    for (const [output, was] of before) expect(after.get(output)?.equals(was), `${output} after ${says}`).toBe(true)
  }
})

async function readDatasets(folder: string): Promise<Map<string, Buffer>> {
  const files = (await readCurrentFiles(folder))?.files ?? new Map<string, Buffer>()
  return new Map([...files].filter(([name]) => /^(coding_)?(ae|mh)\./.test(name)))
}
