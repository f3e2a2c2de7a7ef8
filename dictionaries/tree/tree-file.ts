/** A file of a dictionary that was read whole, for readers of rows and elements that ask for it in chunks. Knows names and bytes. */
import type { SourceFile } from '../../schemas/files.ts'

const CHUNK = 1_048_576

/** Bytes in memory as a file. */
export function toSourceFile(name: string, bytes: Uint8Array): SourceFile {
  return {
    name,
    async *open() {
      for (let start = 0; start < bytes.length; start += CHUNK)
        yield await Promise.resolve(bytes.subarray(start, start + CHUNK))
    },
  }
}

/** A name without the folders before it. */
export function toBaseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
