/** Reads finished files back to count their rows. Knows the outlines of the formats; looks at no value. */
import { AsyncByteStream, AsyncMessageReader, MessageHeader, RecordBatchReader } from 'apache-arrow'
import { AecoderError } from '../../schemas/errors.ts'
import type { Storage } from '../../schemas/files.ts'

/** `ARROW1` and two bytes of padding. */
const ARROW_START = 8
/** The footer's length in four bytes, then `ARROW1`. */
const ARROW_END = 10

/**
 * The rows of an Arrow IPC file, counted batch by batch: one batch is held at a time.
 * Two things must agree: the batches from the file's start on, and the footer by which most readers find them.
 * @throws AecoderError READBACK_MISMATCH when the file is not a whole Arrow file, FILE_NOT_FOUND when it is not there
 */
export async function countRows(storage: Storage, name: string): Promise<number> {
  // Given the file itself, apache-arrow's readers would take it into memory whole: they get it from the schema on.
  const bytes = new AsyncByteStream(storage.read(name))
  try {
    const start = await bytes.read(ARROW_START)
    const messages = new AsyncMessageReader(bytes)
    let rows = 0
    let batches = 0
    for (let message = await messages.readMessage(); message !== null; message = await messages.readMessage()) {
      const header = message.header()
      if (message.isRecordBatch() && 'length' in header) {
        rows += Number(header.length)
        batches++
      } else if (message.headerType !== MessageHeader.Schema) {
        throw new Error(`an unexpected message of type ${MessageHeader[message.headerType]}`)
      }
      await messages.readMessageBody(message.bodyLength)
    }
    const listed = countListedBatches(start, await bytes.read())
    if (listed !== batches) throw new Error(`${batches} batches, but ${listed} in its footer`)
    return rows
  } catch (error) {
    if (error instanceof AecoderError || !(error instanceof Error)) throw error
    throw new AecoderError(
      'READBACK_MISMATCH',
      {
        where: `${storage.where}/${name}`,
        found: `not a whole Arrow file: ${error.message}`,
        action: 'Check the disk, then run again',
      },
      error,
    )
  } finally {
    await bytes.return()
  }
}

/** The batches that a file's footer lists, read from the file's start and the bytes after its last batch. */
function countListedBatches(start: Uint8Array | null, rest: Uint8Array | null): number {
  if (start === null || rest === null || rest.byteLength < ARROW_END) throw new Error('it ends before its footer')
  const length = new DataView(rest.buffer, rest.byteOffset + rest.byteLength - ARROW_END).getInt32(0, true)
  if (length !== rest.byteLength - ARROW_END) throw new Error('its footer is damaged')
  return RecordBatchReader.from(Buffer.concat([start, rest])).open().numRecordBatches
}

const QUOTE = 0x22
const NEWLINE = 0x0a

/** The records of a CSV file without its header; a line break inside quotes ends none. */
export async function countCsvRecords(storage: Storage, name: string): Promise<number> {
  let lines = 0
  let isQuoted = false
  for await (const chunk of storage.read(name)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = 0; at < bytes.byteLength; ) {
      const quote = bytes.indexOf(QUOTE, at)
      const end = quote === -1 ? bytes.byteLength : quote
      if (!isQuoted) lines += countNewlines(bytes.subarray(at, end))
      if (quote !== -1) isQuoted = !isQuoted
      at = end + 1
    }
  }
  return lines - 1
}

function countNewlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
