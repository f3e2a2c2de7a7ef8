/**
 * Bytes that no honest program wrote: every reader of tables reads them or refuses them, and does neither crash, hang nor
 * fill the memory. Here a short run; the seed and the number of inputs can be given: FUZZ_SEED, FUZZ_INPUTS.
 */
import {
  Dictionary,
  Float64,
  Int32,
  LargeUtf8,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { openTable } from '../../pipeline/formats/open-table.ts'
import { listXportMembers } from '../../pipeline/formats/xport-members.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { TableFormat } from '../../schemas/formats.ts'
import { toRandom } from '../generators/random.ts'
import { toXport } from '../generators/xport-file.ts'
import { toRandomFile, toStreamFile } from './tables.ts'

const INPUTS = Number(process.env.FUZZ_INPUTS ?? 600)
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_302)
/** More than any of these small files takes, on a busy machine too. */
const LONGEST_MILLISECONDS = 5000

const TERMS = ['Headache', 'Nausea', null, 'Übelkeit 頭痛', 'Rash of both arms']
const rows = Array.from({ length: 60 }, (_, row) => TERMS[row % TERMS.length] ?? null)

const xport = toXport({
  members: [
    {
      name: 'AE',
      variables: [
        { name: 'AETERM', type: 'char', length: 20 },
        { name: 'AESEQ', type: 'num' },
        { name: 'AESTDT', type: 'num', length: 4, format: 'DATE' },
      ],
      rows: rows.map((term, row) => [term ?? '', row / 3, row]),
    },
  ],
})
const head = { datasetJSONVersion: '1.1.0', records: rows.length, columns: [{ name: 'AETERM' }, { name: 'AESEQ' }] }
const jsonRows = rows.map((term, row) => [term, row / 3])
const json = Buffer.from(JSON.stringify({ ...head, rows: jsonRows }))
const lines = Buffer.from([head, ...jsonRows].map((line) => JSON.stringify(line)).join('\n'))
const xml = Buffer.from(
  `<?xml version="1.0"?><ODM xmlns:data="urn:d" data:DatasetXMLVersion="1.0.0"><ClinicalData>${rows
    .map(
      (term, row) =>
        `<ItemGroupData ItemGroupOID="IG"><ItemData ItemOID="IT.AETERM" Value="${term ?? ''}"/><ItemData ItemOID="IT.AESEQ" Value="${row}"/></ItemGroupData>`,
    )
    .join('')}</ClinicalData></ODM>`,
)
const arrow = new Table({
  term: vectorFromArray(rows, new Dictionary(new Utf8(), new Int32())),
  text: vectorFromArray(rows, new Utf8()),
  large: vectorFromArray(rows, new LargeUtf8()),
  seq: vectorFromArray(
    rows.map((_, row) => row / 3),
    new Float64(),
  ),
  moment: vectorFromArray(
    rows.map((_, row) => row),
    new TimestampMillisecond(),
  ),
})
const toParquet = (
  encoding: {
    term: 'PLAIN' | 'DELTA_BYTE_ARRAY' | 'DELTA_LENGTH_BYTE_ARRAY' | 'RLE_DICTIONARY'
    seq: 'PLAIN' | 'DELTA_BINARY_PACKED'
  },
  codec: 'SNAPPY' | 'UNCOMPRESSED',
) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'term', data: rows, type: 'STRING', nullable: true, encoding: encoding.term },
        { name: 'seq', data: rows.map((_, row) => row), type: 'INT32', encoding: encoding.seq },
        { name: 'flag', data: rows.map((_, row) => row % 2 === 0), type: 'BOOLEAN', encoding: 'RLE' },
        { name: 'dose', data: rows.map((_, row) => row / 3), type: 'DOUBLE', encoding: 'BYTE_STREAM_SPLIT' },
      ],
      codec,
      rowGroupSize: [20, 40],
    }),
  )

const SHAPES: { readonly [format in Exclude<TableFormat, 'csv'>]: readonly Uint8Array[] } = {
  xport: [xport],
  'dataset-json': [json, lines],
  'dataset-xml': [xml],
  arrow: [tableToIPC(arrow, 'file'), tableToIPC(arrow, 'stream')],
  parquet: [
    toParquet({ term: 'PLAIN', seq: 'PLAIN' }, 'UNCOMPRESSED'),
    toParquet({ term: 'RLE_DICTIONARY', seq: 'PLAIN' }, 'SNAPPY'),
    toParquet({ term: 'DELTA_BYTE_ARRAY', seq: 'DELTA_BINARY_PACKED' }, 'UNCOMPRESSED'),
    toParquet({ term: 'DELTA_LENGTH_BYTE_ARRAY', seq: 'DELTA_BINARY_PACKED' }, 'UNCOMPRESSED'),
  ],
}

test.each(Object.entries(SHAPES) as [TableFormat, readonly Uint8Array[]][])(
  '%s: each input is read or refused',
  async (format, shapes) => {
    for (const shape of shapes) expect(await take(shape, format, 'random')).toBe('read')
    const random = toRandom(SEED)
    const seen = { read: 0, refused: 0 }
    for (let input = 0; input < INPUTS; input++) {
      const bytes = damage(Buffer.from(shapes[input % shapes.length] ?? []), random)
      const begun = performance.now()
      seen[await take(bytes, format, random() < 0.5 ? 'random' : 'stream')]++
      expect(performance.now() - begun, `input ${input} of seed ${SEED}`).toBeLessThan(LONGEST_MILLISECONDS)
    }
    expect(seen.refused).toBeGreaterThan(0)
  },
)

/** Reads all of it. What is thrown must be a refusal, what is given must be text. */
async function take(bytes: Uint8Array, format: TableFormat, access: 'random' | 'stream'): Promise<'read' | 'refused'> {
  const file = access === 'random' ? toRandomFile(bytes) : toStreamFile(bytes, { chunkSize: 100 })
  try {
    if (format === 'xport') await listXportMembers(file)
    const { rows: batches } = await openTable(file, { format })
    for await (const batch of batches)
      for (const { fields } of batch)
        expect(fields.every((field) => typeof field === 'string' && field.isWellFormed())).toBe(true)
    return 'read'
  } catch (error) {
    if (error instanceof AecoderError) return 'refused'
    throw error
  }
}

/** Bytes changed, cut out, repeated, cut off, or none of them left. */
function damage(bytes: Buffer, random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  const kind = below(10)
  if (kind === 0) return bytes.subarray(0, below(bytes.length))
  if (kind === 1) return Buffer.from(Array.from({ length: below(400) }, () => below(256)))
  let damaged = bytes
  for (let times = 1 + below(5); times > 0; times--) {
    // Indexes stand at the end: half of the damage is done there.
    const at = random() < 0.5 ? below(damaged.length) : Math.max(0, damaged.length - 1 - below(600))
    const length = below(40)
    const from = below(damaged.length)
    switch (below(5)) {
      case 0:
        damaged[at] = below(256)
        break
      case 1:
        damaged[at] = (damaged[at] ?? 0) ^ (1 << below(8))
        break
      case 2:
        if (at + 4 <= damaged.length)
          damaged.writeUInt32LE([0xffffffff, 0x7fffffff, 0x80000000, 0, 1, 255][below(6)] ?? 0, at)
        break
      case 3:
        damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + length)])
        break
      default:
        damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(from, from + length), damaged.subarray(at)])
    }
  }
  return damaged
}
