/**
 * Writes rows as an Arrow IPC file: plain Utf8, Int32 and Float64 columns, all nullable, neither dictionary-encoded
 * nor compressed, because that is what every reader reads. Knows columns and bytes; knows no study and no dataset.
 */
import { Field, Message, makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct } from 'apache-arrow'
import type { FileSink } from '../../schemas/files.ts'
import { toColumnBuilder } from './column-builder.ts'
import type { Column } from './columns.ts'
import type { TableFile } from './table-file.ts'

/** Rows per record batch, however the rows arrive: the bytes must follow from the rows alone. */
export const BATCH_ROWS = 4096

export interface ArrowFileOptions<Row> {
  readonly sink: FileSink
  readonly columns: readonly Column<Row>[]
  /** Of the schema, in the order in which it is to be written. */
  readonly metadata: readonly (readonly [key: string, value: string])[]
}

/**
 * Opens an Arrow IPC file on a sink. Each field carries its label, type (Char or Num) and origin as metadata.
 * The same columns, metadata and rows give the same bytes. Without rows it is a file with a schema and no batch.
 */
export function openArrowFile<Row>({ sink, columns, metadata }: ArrowFileOptions<Row>): TableFile<Row> {
  const builders = columns.map((column) => toColumnBuilder(column, BATCH_ROWS))
  const fields = columns.map(({ name, label, type, origin }, index) => {
    const builder = builders[index]
    if (builder === undefined) throw new Error('one builder per column')
    return new Field(name, builder.type, true, new Map(Object.entries({ label, type, origin })))
  })
  // One schema for all batches: at a batch of another one the writer would end the file without an error.
  const schema = new Schema(fields, new Map(metadata))
  const struct = new Struct(fields)
  const writer = new CollectingWriter()
  writer.reset(undefined, schema)
  let held = 0

  const flush = async () => {
    if (held > 0) {
      const children = builders.map((builder) => builder.toData())
      writer.write(new RecordBatch(schema, makeData({ type: struct, length: held, nullCount: 0, children })))
    }
    const bytes = writer.take()
    for (const builder of builders) builder.reset()
    held = 0
    await sink.write(bytes)
  }
  return {
    async write(rows) {
      for (let start = 0; start < rows.length; ) {
        const end = Math.min(rows.length, start + BATCH_ROWS - held)
        for (const builder of builders) builder.append(rows, start, end)
        held += end - start
        start = end
        if (held === BATCH_ROWS) await flush()
      }
    },
    async close() {
      await flush()
      writer.finish()
      await sink.write(writer.take())
      return await sink.close()
    },
  }
}

/**
 * apache-arrow's file writer queues what it writes without ever waiting for the reader of the queue. This one
 * collects the bytes of a batch instead, so that they can be awaited into the sink. It rests on protected members
 * (`_write`, `_position`, `_writeSchema`): the version is pinned and the tests read the files with another library.
 */
class CollectingWriter extends RecordBatchFileWriter {
  readonly #chunks: Uint8Array[] = []

  /** All bytes since the last call, in one new buffer: the chunks are views on buffers that are used again. */
  take(): Uint8Array {
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks.length = 0
    return bytes
  }

  protected override _write(chunk: unknown): this {
    if (!ArrayBuffer.isView(chunk)) throw new TypeError('the Arrow writer gave something that is no bytes')
    if (chunk.byteLength > 0) this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this._position += chunk.byteLength
    return this
  }

  // The format wants the stream's schema message after the magic. The original leaves it out; readers that take the
  // file from its start (DuckDB's nanoarrow, our own read-back) need it.
  protected override _writeSchema(schema: Schema): this {
    return super._writeSchema(schema)._writeMessage(Message.from(schema))
  }
}
