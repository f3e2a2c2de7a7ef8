/**
 * Writes the inputs of golden cases that cannot be written by hand: `node test/generators/golden-inputs.ts`. The files are
 * committed; run it again after a change here, and read what changed. The same bytes come out each time.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js'
import { DateDay, Dictionary, Float64, Int32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { toXport, type XportMember } from './xport-file.ts'

const CASES = join(dirname(fileURLToPath(import.meta.url)), '../golden')

function write(name: string, bytes: Uint8Array): void {
  const path = join(CASES, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

/** An archive whose entries carry one and the same time. */
async function toZip(files: { readonly [name: string]: string | Uint8Array }): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter(), { lastModDate: new Date(2026, 2, 2, 18), extendedTimestamp: false })
  for (const [name, content] of Object.entries(files)) {
    await writer.add(name, typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content))
  }
  return new Uint8Array(await (await writer.close()).arrayBuffer())
}

const AE: XportMember = {
  name: 'AE',
  variables: [
    { name: 'USUBJID', type: 'char', length: 8 },
    { name: 'AESEQ', type: 'num' },
    { name: 'AETERM', type: 'char', length: 20 },
    { name: 'AETOXGR', type: 'num', length: 3 },
    { name: 'AESTDT', type: 'num', length: 4, format: 'DATE' },
    { name: 'AEENDTM', type: 'num', format: 'DATETIME' },
  ],
  rows: [
    ['X-101', 1, 'Headache', 2, 24166, 2_088_001_800],
    ['X-101', 2, '  Nausea', { missing: '.' }, { missing: '._' }, { missing: '.A' }],
    ['X-102', 1, 'Rash', 1, -21_915, -1],
    ['X-102', 2, '', { missing: '.Z' }, { missing: '.' }, { missing: '.' }],
  ],
}
const MH: XportMember = {
  name: 'MH',
  variables: [
    { name: 'USUBJID', type: 'char', length: 8 },
    { name: 'MHSEQ', type: 'num' },
    { name: 'MHTERM', type: 'char', length: 20 },
  ],
  rows: [
    ['X-101', 1, 'Asthma'],
    ['X-102', 1, 'Hypertension'],
  ],
}

write('xport/transfer-1/ae.xpt', toXport({ members: [AE], blankRecords: 2 }))
write('xport-cut-off/transfer-1/ae.xpt', toXport({ members: [AE] }).subarray(0, -160))
write('xport-datasets/transfer-1/study.xpt', toXport({ members: [MH, AE] }))
write(
  'xport-long-names/transfer-1/ae.xpt',
  toXport({
    version: 8,
    members: [
      {
        ...AE,
        name: 'ADVERSE_EVENTS',
        variables: AE.variables.map((variable) => ({
          ...variable,
          name: variable.name === 'AETERM' ? 'ADVERSE_EVENT_TERM' : variable.name,
        })),
      },
    ],
  }),
)
const inLatin = AE.rows.map((row, index) =>
  index === 0 ? ['X-101', 1, Buffer.from('D\xe9mangeaison', 'latin1'), ...row.slice(3)] : row,
)
write('xport-encoding/transfer-1/ae.xpt', toXport({ members: [{ ...AE, rows: inLatin }] }))

const SUBJECTS = ['S-101', 'S-101', 'S-102']
const TERMS = ['Headache', 'Nausea', 'Übelkeit']
const arrow = new Table({
  SUBJECT: vectorFromArray(SUBJECTS, new Dictionary(new Utf8(), new Int32(), 1)),
  AESEQ: vectorFromArray([1, 2, 1], new Float64()),
  AETERM: vectorFromArray(TERMS, new Utf8()),
  AESTDAT: vectorFromArray([new Date('2026-02-01'), null, new Date('2026-02-28')], new DateDay()),
})
write('arrow/transfer-1/ae.arrow', tableToIPC(arrow, 'file'))
write('arrow/transfer-2/ae.arrow', tableToIPC(arrow, 'stream'))

const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'SUBJECT', data: SUBJECTS, type: 'STRING' },
      { name: 'AESEQ', data: [1, 2, 1], type: 'INT32' },
      { name: 'AETERM', data: TERMS, type: 'STRING' },
      { name: 'AESTDAT', data: ['2026-02-01', null, '2026-02-28'], type: 'STRING', nullable: true },
    ],
    rowGroupSize: 2,
  }),
)
write('parquet/transfer-1/ae.parquet', parquet)

const aes = 'Participant Id;Repeating Data Name Custom;AETERM\nC-1;AE-1;Headache\nC-2;AE-1;Rash\n'
const mhs = 'Participant Id;Repeating Data Name Custom;MHTERM\nC-1;MH-1;Asthma\n'
for (const name of ['zip', 'zip-not-reached'])
  write(
    `${name}/transfer-1/export.zip`,
    await toZip({ 'Study_ae.csv': aes, 'Study_mh.csv': mhs, '__MACOSX/._Study_ae.csv': 'x', 'notes.txt': 'x' }),
  )
// Packed again, in another order and with another note: the same files of the study, and so the same transfer.
write('zip/transfer-2/export.zip', await toZip({ 'Study_mh.csv': mhs, 'Study_ae.csv': aes, 'notes.txt': 'y' }))
// A name with the time of the export, and the audit trail of each form beside it.
const toSecutrial = (...rows: readonly (readonly string[])[]) =>
  [['mnppid', 'mnpaid', 'mnpctrname', 'mnpdocid', 'ae_description', 'ae_onset_date', 'ae_is_sae', ''], ...rows]
    .map((row) => `${row.map((cell) => `"${cell}"`).join('\t')}\n`)
    .join('')
const headache = ['1201', 'BE-001', 'Inselspital', '101', 'Headache', '20260105', '0', '']
const toSecond = (term: string) => ['1201', 'BE-001', 'Inselspital', '102', term, '20260106', '0', '']
const trail = toSecutrial(['1201', 'BE-001', 'Inselspital', '101', 'draft of a term', '20260105', '0', ''])
for (const [transfer, time, rows] of [
  [1, '20260201-104345', [headache, toSecond('Nausea')]],
  [2, '20260301-090000', [toSecond('Vomiting'), headache]],
] as const)
  write(
    `secutrial-zips-dated/transfer-${transfer}/s_export_CSV-xls_ABC_${time}_de.zip`,
    await toZip({ 'ae.xls': toSecutrial(...rows), 'atae.xls': trail, 'ExportOptions.html': '<html></html>' }),
  )
write('zip-within-zip/transfer-1/export.zip', await toZip({ 'inner.zip': await toZip({ 'ae.csv': aes }) }))
write(
  'zip-of-formats/transfer-1/export.zip',
  await toZip({
    'sdtm/study.xpt': toXport({ members: [MH, AE] }),
    'parquet/ae.parquet': parquet,
  }),
)
write(
  'zip-damaged/transfer-1/export.zip',
  (await toZip({ 'Study_ae.csv': aes })).map((byte, index) => (index === 60 ? byte ^ 0xff : byte)),
)
