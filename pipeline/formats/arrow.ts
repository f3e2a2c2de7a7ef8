/**
 * Arrow IPC, file and stream, as a table: rows batch by batch. Knows how messages follow one another, and the index at
 * a file's end; their content is read in arrow-messages.ts, the columns in arrow-columns.ts.
 */
import type { RandomAccess, SourceFile } from '../../schemas/files.ts'
import { type ColumnsPlace, type Dictionaries, LARGEST_BATCH, openColumns } from './arrow-columns.ts'
import {
  type ArrowBlock,
  type ArrowField,
  type ArrowMessage,
  ArrowUnsupported,
  parseFooter,
  parseMessage,
} from './arrow-messages.ts'
import { ByteReader, type ByteReaderOptions } from './byte-reader.ts'
import { holdInMemory } from './held-file.ts'
import { RowBatch, toDamaged, toHeader } from './table-shape.ts'
import type { Table, TableRow } from './types.ts'

const MAGIC = 'ARROW1'
/** `ARROW1` and two bytes of padding. */
const MAGIC_BYTES = 8
/** The footer's length in four bytes, then `ARROW1`. */
const ENDING_BYTES = 10
const CONTINUATION = -1

/** Bytes of a message's metadata, or of a file's footer. */
const LARGEST_METADATA = 16 * 1024 * 1024

/**
 * Opens an Arrow IPC file or stream: reads its schema, then rows as they are asked for, one record batch in memory at a
 * time. `rows` must be consumed, be it only for one batch: ending its loop closes the file. Null is '', and so is a
 * number that is none (NaN); dates, times and moments are ISO 8601, a moment of a known time zone in UTC.
 * @throws AecoderError FORMAT_DAMAGED with the byte offset or the row, also for nested columns and batches of more than
 * 256 MiB; it may come from `rows` after rows were given out: the file is refused then
 */
export async function openArrow(file: SourceFile, options: ByteReaderOptions): Promise<Table> {
  const batch = new RowBatch(file.name)
  const place: Place = { file: file.name, at: 0, row: 0 }
  const messages = openMessages(file, batch.watching(options), place)
  try {
    if (file.random !== undefined) batch.holds(await file.random.size())
    const first = await messages.next()
    if (first.done === true || first.value.kind !== 'schema')
      throw toDamaged({ file: file.name }, { found: 'no schema', expected: 'an Arrow file or stream' })
    const { fields } = first.value
    const header = toHeader(
      file.name,
      fields.map(({ name }) => name),
    )
    return { encoding: '', delimiter: ',', asOf: null, header, rows: readRows(messages, { fields, batch, place }) }
  } catch (error) {
    await messages.return()
    throw toRefusal(error, place)
  }
}

/** How far the reading is: where messages stand that went wrong. */
interface Place {
  readonly file: string
  /** Byte offset of the message that is read. */
  at: number
  /** Rows given out. */
  row: number
}

type Message = ArrowMessage & { readonly body: Buffer }

async function* readRows(
  messages: AsyncGenerator<Message, void, undefined>,
  { fields, batch, place }: { fields: readonly ArrowField[]; batch: RowBatch; place: Place },
): AsyncGenerator<readonly TableRow[], void, undefined> {
  const dictionaries: Dictionaries = new Map()
  const sizes = new Map<number, number>()
  const onUnpacked = (bytes: number) => batch.unfold(bytes)
  try {
    for await (const message of messages) {
      switch (message.kind) {
        case 'schema':
          throw new RangeError('a second schema')
        case 'dictionary':
          addDictionary(message, { ...message, fields, dictionaries, sizes, onUnpacked })
          break
        case 'batch': {
          const cells = openColumns(fields, { ...message, dictionaries, onUnpacked })
          for (let row = 0; row < message.batch.rows; row++) {
            batch.add({ line: place.row + 1, fields: cells.map((read) => read(row)) })
            place.row++
            if (batch.isFull()) yield batch.take()
          }
        }
      }
    }
    yield batch.take()
  } catch (error) {
    throw toRefusal(error, place)
  } finally {
    await messages.return()
  }
}

/** Dictionaries are held, all of them: what is in them is bounded as a batch is. @param sizes by dictionary id */
function addDictionary(
  { id, isDelta }: { readonly id: number; readonly isDelta: boolean },
  {
    fields,
    sizes,
    ...place
  }: ColumnsPlace & { readonly fields: readonly ArrowField[]; readonly sizes: Map<number, number> },
): void {
  const { batch, dictionaries } = place
  const field = fields.find(({ dictionary }) => dictionary?.id === id)
  if (field === undefined) throw new RangeError(`a dictionary of no column (${id})`)
  const [read] = openColumns([{ ...field, dictionary: undefined }], place)
  const values = isDelta ? (dictionaries.get(id) ?? []) : []
  dictionaries.set(id, values)
  let others = 0
  for (const [other, size] of sizes) if (other !== id) others += size
  let size = isDelta ? (sizes.get(id) ?? 0) : 0
  for (let row = 0; row < batch.rows; row++) {
    const value = read?.(row) ?? ''
    size += value.length + 8
    if (others + size > LARGEST_BATCH) throw new ArrowUnsupported(`dictionaries of more than ${LARGEST_BATCH} bytes`)
    values.push(value)
  }
  sizes.set(id, size)
}

/** The messages: the schema, then dictionaries and batches, each dictionary before the batches that need it. */
async function* openMessages(
  file: SourceFile,
  options: ByteReaderOptions,
  place: Place,
): AsyncGenerator<Message, void, undefined> {
  const reader = new ByteReader(file, options)
  try {
    const start = await reader.read(MAGIC_BYTES)
    if (start.toString('latin1', 0, MAGIC.length) !== MAGIC) yield* readStream(reader, place, start)
    else if (file.random === undefined) {
      const messages = readStream(reader, place)
      const first = await messages.next()
      if (first.done !== true && first.value.kind === 'schema') {
        yield first.value
        yield* messages
        await readEnding(reader, place)
        return
      }
      // apache-arrow's file writer leaves out the schema that the format wants in front: only the index has it.
      await messages.return()
      while ((await reader.readSome()).length > 0);
      yield* readIndexed(await holdInMemory(file, 'Arrow'), place)
    } else {
      // The index tells where dictionaries stand, which may be behind the batches that need them. The bytes are read in
      // order all the same, for whoever watches them.
      yield* readIndexed(file.random, place)
      while ((await reader.readSome()).length > 0);
    }
  } finally {
    await reader.close()
  }
}

/** Messages one behind the other, up to the marker of their end. @param begun bytes that were read of the first one */
async function* readStream(reader: ByteReader, place: Place, begun?: Buffer): AsyncGenerator<Message, void, undefined> {
  let head = begun
  for (;;) {
    place.at = reader.offset - (head?.length ?? 0)
    head ??= await reader.read(8)
    if (head.length < 8) throw new RangeError('it ends without the marker of its end')
    if (head.readInt32LE(0) !== CONTINUATION) throw new RangeError('no message begins here')
    const length = head.readInt32LE(4)
    head = undefined
    if (length === 0) return
    if (length < 0 || length > LARGEST_METADATA) throw new RangeError(`metadata of ${length} bytes`)
    const metadata = await reader.read(length)
    if (metadata.length < length) throw new RangeError('it ends within a message')
    const message = parseMessage(metadata)
    if (message.bodyLength > LARGEST_BATCH) throw toTooLarge(message.bodyLength)
    const body = await reader.read(message.bodyLength)
    if (body.length < message.bodyLength) throw new RangeError('it ends within a message')
    yield { ...message, body }
  }
}

/** Behind the messages of a file stands its index, and then the file's end. */
async function readEnding(reader: ByteReader, place: Place): Promise<void> {
  place.at = reader.offset
  let last: Buffer = Buffer.alloc(0)
  for (let some = await reader.readSome(); some.length > 0; some = await reader.readSome()) {
    last = Buffer.concat([last, some.subarray(-ENDING_BYTES)]).subarray(-ENDING_BYTES)
  }
  if (last.length < ENDING_BYTES || last.toString('latin1', 4) !== MAGIC)
    throw new RangeError('it ends without its index')
}

async function* readIndexed(random: RandomAccess, place: Place): AsyncGenerator<Message, void, undefined> {
  const size = await random.size()
  const ending = toBuffer(await random.readAt(Math.max(0, size - ENDING_BYTES), ENDING_BYTES))
  place.at = size
  if (size < MAGIC_BYTES + ENDING_BYTES || ending.toString('latin1', 4) !== MAGIC)
    throw new RangeError('it ends without its index')
  const length = ending.readInt32LE(0)
  if (length < 0 || length > LARGEST_METADATA || length > size - MAGIC_BYTES - ENDING_BYTES)
    throw new RangeError(`an index of ${length} bytes`)
  place.at = size - ENDING_BYTES - length
  const footer = parseFooter(toBuffer(await random.readAt(place.at, length)))
  checkBlocks([...footer.dictionaries, ...footer.batches], place.at)
  yield { kind: 'schema', bodyLength: 0, fields: footer.fields, body: Buffer.alloc(0) }
  for (const block of footer.dictionaries) yield await readBlock(random, { block, kind: 'dictionary', place })
  for (const block of footer.batches) yield await readBlock(random, { block, kind: 'batch', place })
}

/** Each byte belongs to one message: an index that names one twice could go on for ever. */
function checkBlocks(blocks: readonly ArrowBlock[], end: number): void {
  let behind = MAGIC_BYTES
  for (const { at, metadataLength, bodyLength } of [...blocks].sort((a, b) => a.at - b.at)) {
    if (at < behind || metadataLength < 8 || metadataLength > LARGEST_METADATA || bodyLength < 0)
      throw new RangeError('an index of no messages')
    behind = at + metadataLength + bodyLength
  }
  if (behind > end) throw new RangeError('an index that leads out of the file')
}

async function readBlock(
  random: RandomAccess,
  { block, kind, place }: { block: ArrowBlock; kind: Message['kind']; place: Place },
): Promise<Message> {
  const { at, metadataLength, bodyLength } = block
  place.at = at
  if (bodyLength > LARGEST_BATCH) throw toTooLarge(bodyLength)
  const metadata = toBuffer(await random.readAt(at, metadataLength))
  // Before version 0.15 of the format there was no marker in front of the length.
  const prefix = metadata.readInt32LE(0) === CONTINUATION ? 8 : 4
  const message = parseMessage(metadata.subarray(prefix))
  if (message.kind !== kind || message.bodyLength > bodyLength)
    throw new RangeError('another message than the index says')
  const body = toBuffer(await random.readAt(at + metadataLength, message.bodyLength))
  if (body.length < message.bodyLength) throw new RangeError('it ends within a message')
  return { ...message, body }
}

function toTooLarge(bytes: number): Error {
  return new ArrowUnsupported(`a record batch of ${bytes} bytes, where at most ${LARGEST_BATCH} are held`)
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What the readers of bytes throw, as a refusal of the file. */
function toRefusal(error: unknown, { file, at, row }: Place): unknown {
  const where = { file, at: `byte offset ${at}, behind row ${row}` }
  if (error instanceof ArrowUnsupported) {
    const action = 'Have it written with plain columns and smaller batches, or as CSV'
    return toDamaged(where, {
      found: error.message,
      expected: 'columns of texts, numbers, dates and truth values',
      action,
    })
  }
  return isByteError(error)
    ? toDamaged(where, { found: error.message, expected: 'a whole Arrow file or stream' })
    : error
}

/** Errors that only bytes cause: reading beyond an end, and what the unpackers of Node throw. */
function isByteError(error: unknown): error is Error {
  return error instanceof Error && error.name !== 'AecoderError'
}
