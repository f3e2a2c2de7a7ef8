/** One hash over the files a dictionary is read from. Knows names and bytes; knows no layout. */
import { createHash } from 'node:crypto'

/** Takes each file once, in the order of names; the same names and bytes give the same digest. */
export class FilesHash {
  readonly #hash = createHash('sha256')

  add(name: string, bytes: Uint8Array): void {
    // The length parts one file's bytes from the next one's name.
    this.#hash.update(`${name}\0${bytes.length}\0`).update(bytes)
  }

  /** 64 hexadecimal digits. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}

/** A file's bytes: a dictionary's largest has some fifteen megabytes. */
export async function readWhole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}
