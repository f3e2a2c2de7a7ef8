/** A file's bytes in pieces of a wanted size, however it was cut into chunks. Knows nothing of what the bytes mean. */
import type { SourceFile } from '../../schemas/files.ts'

export interface ByteReaderOptions {
  /** Sees every chunk of the file once, in order: for a checksum. */
  readonly onBytes?: (chunk: Uint8Array) => void
}

/** Reads a file from its start. Ends of files are told by shorter pieces, never by an error. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #onBytes: ((chunk: Uint8Array) => void) | undefined
  #rest: Buffer = Buffer.alloc(0)
  #offset = 0

  constructor(file: SourceFile, { onBytes }: ByteReaderOptions = {}) {
    this.#chunks = file.open()[Symbol.asyncIterator]()
    this.#onBytes = onBytes
  }

  /** Bytes taken so far: where the next piece begins in the file. */
  get offset(): number {
    return this.#offset
  }

  /** The next `length` bytes, or as many as there are. Memory grows with the bytes that come, not with `length`. */
  async read(length: number): Promise<Buffer> {
    if (this.#rest.length < length) {
      const parts = [this.#rest]
      let held = this.#rest.length
      while (held < length) {
        const chunk = await this.#next()
        if (chunk === undefined) break
        parts.push(chunk)
        held += chunk.length
      }
      this.#rest = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    }
    return this.#take(Math.min(length, this.#rest.length))
  }

  /** What is there without waiting for more than one chunk; empty only at the end of the file. */
  async readSome(): Promise<Buffer> {
    if (this.#rest.length === 0) this.#rest = (await this.#next()) ?? this.#rest
    return this.#take(this.#rest.length)
  }

  /** Passes over bytes; those that were there are told. */
  async skip(length: number): Promise<number> {
    let left = length
    while (left > 0) {
      if (this.#rest.length === 0) {
        const chunk = await this.#next()
        if (chunk === undefined) break
        this.#rest = chunk
      }
      left -= this.#take(Math.min(left, this.#rest.length)).length
    }
    return length - left
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    this.#offset += length
    return taken
  }

  async #next(): Promise<Buffer | undefined> {
    const next = await this.#chunks.next()
    if (next.done === true) return undefined
    this.#onBytes?.(next.value)
    return Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
  }
}
