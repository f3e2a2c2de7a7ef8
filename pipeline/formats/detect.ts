/**
 * What a file is, by its first bytes: the format of an export, or why it cannot be read here. A name's ending is never
 * believed: exports call tab-separated text .xls, and ODM .txt. Knows beginnings only.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import type { ExportFormat } from '../../schemas/formats.ts'

/** Bytes that are looked at: ample for an XML prolog and the first members of a Dataset-JSON. */
export const DETECTED_BYTES = 8192

/** What cannot be read, with what to export instead. */
const FOREIGN: readonly { readonly magic: readonly number[]; readonly found: string; readonly action: string }[] = [
  {
    magic: [0xd0, 0xcf, 0x11, 0xe0],
    found: 'an Excel workbook of the old kind (.xls)',
    action: 'Save it as CSV, or have the export written as CSV',
  },
  {
    magic: [...Array<number>(12).fill(0), 0xc2, 0xea, 0x81, 0x60],
    found: 'a SAS dataset (.sas7bdat)',
    action: 'Have it exported as SAS XPORT (.xpt), Dataset-JSON or CSV',
  },
  ...['$FL2', '$FL3'].map((magic) => ({
    magic: Array.from(Buffer.from(magic)),
    found: 'an SPSS data file (.sav)',
    action: 'Save it as CSV, or have the export written as CSV',
  })),
  {
    magic: Array.from(Buffer.from('<stata_dta>')),
    found: 'a Stata dataset (.dta)',
    action: 'Save it as CSV, or have the export written as CSV',
  },
  {
    magic: Array.from(Buffer.from('FEA1')),
    found: 'a Feather file of version 1',
    action: 'Have it written as Feather version 2, Arrow or Parquet',
  },
  // RFC 1950: the second byte says how hard it was packed, at its four degrees.
  ...[0x01, 0x5e, 0x9c, 0xda].map((degree) => ({
    magic: [0x78, degree],
    found: 'data packed by zlib, as in compressed Dataset-JSON (.dsjc)',
    action: 'Have it exported as Dataset-JSON that is not compressed (.json, .ndjson)',
  })),
  {
    magic: Array.from(Buffer.from('**COMPRESSED** ')),
    found: 'a SAS transport file of PROC CPORT',
    action: 'Have it exported as SAS XPORT (.xpt), Dataset-JSON or CSV',
  },
  { magic: [0x1f, 0x8b], found: 'a file packed by gzip (.gz)', action: 'Unpack it' },
  { magic: [0x37, 0x7a, 0xbc, 0xaf], found: 'a 7-Zip archive (.7z)', action: 'Unpack it, or pack it as .zip' },
  { magic: Array.from(Buffer.from('%PDF-')), found: 'a PDF', action: 'Name the export itself' },
]

/** Markup that is no XML of an export. */
const PAGES: readonly { readonly like: RegExp; readonly found: string; readonly action: string }[] = [
  {
    like: /^<.*(?:progid="Excel\.Sheet"|urn:schemas-microsoft-com:office:spreadsheet)|^(?:<\?[\s\S]*?\?>\s*)*<(?:\w+:)?Workbook\b/s,
    found: 'an Excel workbook in XML',
    action: 'Save its sheet as CSV, or have the export written as CSV',
  },
  {
    like: /^(?:<!--[\s\S]*?-->\s*)?<(?:!doctype\s+html|html|head|body|meta|style|table)\b/i,
    found: 'an HTML page: one that asks for a login, or a table that is called a workbook (.xls)',
    action:
      'Open it to see what it is; of a table, save it as CSV from a spreadsheet program, or have the export written as CSV or ODM',
  },
]

/** What the first file of an Excel workbook is called: a zip archive, but no zip of exports. */
const WORKBOOK = /^(?:\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/)/

/**
 * Detects the format of an export.
 * @returns the format; `zip` for an archive, whose files are named one by one
 * @throws AecoderError FORMAT_UNKNOWN for what is no export that can be read; what opening the file throws
 */
export async function detectFormat(file: SourceFile): Promise<ExportFormat | 'zip'> {
  return toFormat(await readBeginning(file), file.name)
}

/** The same for a file whose first bytes are known. */
export function toFormat(head: Uint8Array, name: string): ExportFormat | 'zip' {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, DETECTED_BYTES))
  if (bytes.subarray(0, 4).equals(ZIP)) {
    if (!WORKBOOK.test(bytes.toString('latin1', 30, 60))) return 'zip'
    throw toUnknown(name, {
      found: 'an Excel workbook (.xlsx)',
      action: 'Save its sheet as CSV, or have the export written as CSV',
    })
  }
  if (bytes.subarray(0, 4).equals(PARQUET)) return 'parquet'
  if (bytes.subarray(0, 6).equals(ARROW_FILE) || bytes.subarray(0, 4).equals(ARROW_STREAM)) return 'arrow'
  const foreign = FOREIGN.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte))
  if (foreign !== undefined) throw toUnknown(name, foreign)
  // Text in UTF-16 has a zero in every other byte: without them its ASCII part reads as in any other encoding.
  const text = bytes
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/^(?:\xef\xbb\xbf|\xfe\xff|\xff\xfe)/, '')
    .trimStart()
  if (text.startsWith('HEADER RECORD*******LIB')) return 'xport'
  const page = PAGES.find(({ like }) => like.test(text))
  if (page !== undefined) throw toUnknown(name, page)
  if (text.startsWith('<')) return /\bDatasetXMLVersion\s*=/.test(text) ? 'dataset-xml' : 'odm'
  if (text.startsWith('{') && /"(?:datasetJSONVersion|itemGroupOID)"/.test(text)) return 'dataset-json'
  if (text.startsWith('{') || /^\[\s*[[{]/.test(text))
    throw toUnknown(name, {
      found: 'JSON that is no Dataset-JSON',
      action: 'Have the export written as Dataset-JSON 1.1, ODM or CSV',
    })
  return 'csv'
}

const ZIP = Buffer.from([0x50, 0x4b, 0x03, 0x04])
const PARQUET = Buffer.from('PAR1')
const ARROW_FILE = Buffer.from('ARROW1')
/** The continuation marker that every message of a stream begins with (Arrow IPC, "Encapsulated message format"). */
const ARROW_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff])

async function readBeginning(file: SourceFile): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of file.open()) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes >= DETECTED_BYTES) break
  }
  return Buffer.concat(chunks)
}

function toUnknown(where: string, { found, action }: { found: string; action: string }): AecoderError {
  return new AecoderError('FORMAT_UNKNOWN', {
    where,
    found,
    expected: 'CSV, ODM, Dataset-JSON, Dataset-XML, SAS XPORT, Arrow, Parquet, or a zip of these',
    action,
  })
}
