/** ODM-XML: the root, then records. Knows how a file is streamed; the elements are read in odm-records.ts. */
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { readText } from './decode.ts'
import { type OdmRecordFilter, type OdmRecordKind, OdmRecordReader } from './odm-records.ts'
import type { OdmFile, OdmRecord } from './types.ts'

export interface OpenOdmOptions {
  readonly record: OdmRecordKind
  /** Whether somebody asks for the items of these records; they come without any where it says no. Without it all do. */
  readonly isWanted?: OdmRecordFilter
  /** Where neither a byte order mark nor the XML declaration names it; without it UTF-8. */
  readonly encoding?: string
  /** Sees every chunk of the file once, in order: for a checksum. */
  readonly onBytes?: (chunk: Uint8Array) => void
}

/** The root element stands at the very beginning: what goes on longer without one is no ODM. */
const LONGEST_PROLOG = 1_048_576

/**
 * Opens an ODM 1.2, 1.3 or 2.0 file: reads its root, then its records as they are asked for. `records` must be consumed,
 * be it only for one batch: ending its loop closes the file.
 *
 * Records come out before the end of the file is seen, so the error of a broken or truncated file comes from `records`
 * after others were given out. The whole file is refused then, and whoever took records discards them.
 * @throws AecoderError ENCODING, XML_MALFORMED, ODM_UNSUPPORTED
 */
export async function openOdm(file: SourceFile, options: OpenOdmOptions): Promise<OdmFile> {
  const { encoding, text } = await readText(file, { ...options, declaration: 'xml' })
  try {
    const reader = new OdmRecordReader(file.name, options)
    const first: OdmRecord[] = []
    for (let characters = 0; reader.root === undefined; ) {
      const next = await text.next()
      if (next.done === true) reader.end()
      else first.push(...reader.push(next.value))
      characters += next.value?.length ?? 0
      if (reader.root === undefined && (next.done === true || characters > LONGEST_PROLOG)) throw noRoot(file.name)
    }
    return { root: { ...reader.root, encoding }, records: readRecords(reader, first, text) }
  } catch (error) {
    await text.return()
    throw error
  }
}

async function* readRecords(
  reader: OdmRecordReader,
  first: readonly OdmRecord[],
  text: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<readonly OdmRecord[], void, undefined> {
  try {
    if (first.length > 0) yield first
    for await (const piece of text) {
      const records = reader.push(piece)
      if (records.length > 0) yield records
    }
    reader.end()
  } finally {
    await text.return()
  }
}

function noRoot(file: string): AecoderError {
  return new AecoderError('XML_MALFORMED', {
    where: file,
    found: 'no root element at the beginning of the file',
    expected: '<ODM>',
    action: 'Check that the file is an ODM export',
  })
}
