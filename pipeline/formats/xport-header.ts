/**
 * The head of a SAS XPORT file, version 5 or 8: the library, one member and its variables. Knows 80-byte records; reads
 * no observations. Source: SAS, TS-140 and "Record Layout of a SAS Version 8 or 9 Data Set in SAS Transport Format".
 */
import type { ByteReader } from './byte-reader.ts'
import { MOST_COLUMNS, toDamaged } from './table-shape.ts'
import { type NumberMeaning, toMeaning } from './xport-values.ts'

export const RECORD_BYTES = 80

/** Records of the library: its header, and two that say who made it and when. */
export const LIBRARY_BYTES: number = 3 * RECORD_BYTES

/** Bytes of a row that are held, blanks included. */
const LONGEST_OBSERVATION = 16 * 1024 * 1024

export type XportVersion = 5 | 8

export interface XportVariable {
  readonly name: string
  /** Null for text. */
  readonly meaning: NumberMeaning | null
  /** Bytes in a row. */
  readonly length: number
}

export interface XportLibrary {
  readonly version: XportVersion
  /** ISO 8601 without a zone; null where the file does not say it in SAS's way. */
  readonly modified: string | null
}

/** What each header record is called, by version. */
const HEADERS = {
  library: { 5: 'LIBRARY', 8: 'LIBV8' },
  member: { 5: 'MEMBER', 8: 'MEMBV8' },
  descriptor: { 5: 'DSCRPTR', 8: 'DSCPTV8' },
  variables: { 5: 'NAMESTR', 8: 'NAMSTV8' },
  observations: { 5: 'OBS', 8: 'OBSV8' },
} as const
type Header = keyof typeof HEADERS

/** @throws AecoderError FORMAT_DAMAGED for what does not begin as a library */
export async function readLibrary(reader: ByteReader, file: string): Promise<XportLibrary> {
  const first = await reader.read(RECORD_BYTES)
  const version = isHeader(first, HEADERS.library[5]) ? 5 : isHeader(first, HEADERS.library[8]) ? 8 : undefined
  if (version === undefined) throw toHeaderError({ file, at: 0 }, first, HEADERS.library[5])
  const made = await reader.read(RECORD_BYTES)
  const changed = await reader.read(RECORD_BYTES)
  if (changed.length < RECORD_BYTES) throw toCutOff(file, reader.offset)
  return { version, modified: toMoment(changed, 0) ?? toMoment(made, 64) }
}

/** Whether a member begins here. */
export function isMemberHeader(bytes: Buffer, version: XportVersion): boolean {
  return isHeader(bytes, HEADERS.member[version])
}

/** Reads a member from behind its header record up to its first observation. @throws AecoderError FORMAT_DAMAGED */
export async function readMember(
  reader: ByteReader,
  { file, version, header }: { file: string; version: XportVersion; header: Buffer },
): Promise<{ name: string; variables: readonly XportVariable[]; width: number }> {
  // 140, but 136 where it was made on VAX/VMS.
  const size = Number(header.toString('latin1', 74, 78))
  if (size !== 140 && size !== 136) {
    throw toDamaged(
      { file, at: `byte offset ${reader.offset - RECORD_BYTES}` },
      { found: `descriptions of ${JSON.stringify(header.toString('latin1', 74, 78))} bytes`, expected: '140 or 136' },
    )
  }
  await expectHeader(reader, { file, version, header: 'descriptor' })
  const described = await reader.read(2 * RECORD_BYTES)
  if (described.length < 2 * RECORD_BYTES) throw toCutOff(file, reader.offset)
  const name = toName(described, 8, version === 5 ? 8 : 32)
  const counted = await expectHeader(reader, { file, version, header: 'variables' })
  const count = Number(counted.toString('latin1', 48, 58))
  if (!Number.isInteger(count) || count < 1 || count > MOST_COLUMNS) {
    throw toDamaged(
      { file, at: `byte offset ${reader.offset - RECORD_BYTES}` },
      { found: `${counted.toString('latin1', 48, 58)} variables`, expected: `1 to ${MOST_COLUMNS}` },
    )
  }
  const at = reader.offset
  const bytes = await reader.read(toWholeRecords(count * size))
  if (bytes.length < count * size) throw toCutOff(file, reader.offset)
  const variables = Array.from({ length: count }, (_, index) =>
    toVariable(bytes.subarray(index * size, (index + 1) * size), { file, version, at: at + index * size }),
  )
  if (version === 8) await skipLongLabels(reader, file)
  else await expectHeader(reader, { file, version, header: 'observations' })
  const width = variables.reduce((sum, { length }) => sum + length, 0)
  if (width > LONGEST_OBSERVATION) {
    throw toDamaged(
      { file, at: `byte offset ${at}` },
      { found: `rows of ${width} bytes`, expected: `at most ${LONGEST_OBSERVATION}` },
    )
  }
  return { name, variables, width }
}

export function toCutOff(file: string, offset: number): Error {
  return toDamaged(
    { file, at: `byte offset ${offset}` },
    { found: 'the file ends here', expected: 'whole records of 80 bytes up to the last row' },
  )
}

/** Up to the observations of version 8, where labels longer than 40 characters may stand in between. */
async function skipLongLabels(reader: ByteReader, file: string): Promise<void> {
  const record = await reader.read(RECORD_BYTES)
  const labels = /^HEADER RECORD\*{7}LABELV([89]) HEADER RECORD!{7}(\d{1,10}) *$/.exec(record.toString('latin1'))
  if (labels === null) {
    if (!isHeader(record, HEADERS.observations[8])) {
      throw toHeaderError({ file, at: reader.offset - record.length }, record, HEADERS.observations[8])
    }
    return
  }
  // The variable's number, then the lengths of its name and label, in version 9 also of format and informat.
  const lengths = labels[1] === '8' ? 2 : 4
  const start = reader.offset
  const count = Number(labels[2])
  if (count > MOST_COLUMNS)
    throw toDamaged(
      { file, at: `byte offset ${start}` },
      { found: `${count} labels`, expected: `at most ${MOST_COLUMNS}` },
    )
  for (let index = 0; index < count; index++) {
    const head = await reader.read(2 + 2 * lengths)
    if (head.length < 2 + 2 * lengths) throw toCutOff(file, reader.offset)
    let text = 0
    for (let at = 2; at < head.length; at += 2) text += head.readUInt16BE(at)
    if ((await reader.skip(text)) < text) throw toCutOff(file, reader.offset)
  }
  await reader.skip(toWholeRecords(reader.offset - start) - (reader.offset - start))
  await expectHeader(reader, { file, version: 8, header: 'observations' })
}

async function expectHeader(
  reader: ByteReader,
  { file, version, header }: { file: string; version: XportVersion; header: Header },
): Promise<Buffer> {
  const at = reader.offset
  const record = await reader.read(RECORD_BYTES)
  const name = HEADERS[header][version]
  if (!isHeader(record, name)) throw toHeaderError({ file, at }, record, name)
  return record
}

function isHeader(record: Buffer, name: string): boolean {
  return (
    record.length === RECORD_BYTES &&
    record.toString('latin1', 0, 48) === `HEADER RECORD*******${name.padEnd(8)}HEADER RECORD!!!!!!!`
  )
}

function toHeaderError({ file, at }: { file: string; at: number }, record: Buffer, name: string): Error {
  if (record.length < RECORD_BYTES) return toCutOff(file, at + record.length)
  return toDamaged(
    { file, at: `byte offset ${at}` },
    {
      found: JSON.stringify(record.toString('latin1', 0, 28)),
      expected: `the header record ${name} of SAS XPORT`,
      action: 'Copy the file again, as binary: a transfer as text breaks its records; or have the export repeated',
    },
  )
}

function toVariable(
  bytes: Buffer,
  { file, version, at }: { file: string; version: XportVersion; at: number },
): XportVariable {
  const type = bytes.readInt16BE(0)
  const length = bytes.readInt16BE(4)
  const short = toName(bytes, 8, 8)
  const name = (version === 8 ? toName(bytes, 88, 32) : '') || short
  const isText = type === 2
  if ((type !== 1 && type !== 2) || length < (isText ? 1 : 2) || (!isText && length > 8)) {
    throw toDamaged(
      { file, at: `byte offset ${at}` },
      {
        found: `variable ${JSON.stringify(name)} of type ${type} and ${length} bytes`,
        expected: 'a number of 2 to 8 bytes, or text',
      },
    )
  }
  return { name, meaning: isText ? null : toMeaning(toName(bytes, 56, 8)), length }
}

/** Blanks and zeros behind a name are padding. */
function toName(bytes: Buffer, at: number, length: number): string {
  return bytes.toString('latin1', at, at + length).replace(/[\0 ]+$/, '')
}

function toWholeRecords(length: number): number {
  return Math.ceil(length / RECORD_BYTES) * RECORD_BYTES
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** `21AUG20:09:14:27`. SAS began in the sixties: 60 to 99 are years of the last century. */
function toMoment(bytes: Buffer, at: number): string | null {
  const match = /^(\d\d)([A-Z]{3})(\d\d):([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/.exec(
    bytes.toString('latin1', at, at + 16).toUpperCase(),
  )
  const month = MONTHS.indexOf(match?.[2] ?? '') + 1
  if (match === null || month === 0) return null
  const [, day = '', , year = '', ...clock] = match
  const moment = `${Number(year) < 60 ? 20 : 19}${year}-${String(month).padStart(2, '0')}-${day}T${clock.join(':')}`
  const date = new Date(`${moment}Z`)
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== moment ? null : moment
}
