/** Files in memory, cut into chunks as a disk or a network might. */
import type { SourceFile } from '../../schemas/files.ts'

export interface WatchedFile extends SourceFile {
  /** Chunks that were asked for so far. */
  readonly chunksRead: () => number
  readonly isClosed: () => boolean
}

/** Text is written as UTF-8. */
export function toFile(content: string | Uint8Array, options: { name?: string; chunkSize?: number } = {}): WatchedFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const chunkSize = options.chunkSize ?? 65_536
  let chunksRead = 0
  let isClosed = false
  return {
    name: options.name ?? 'file',
    chunksRead: () => chunksRead,
    isClosed: () => isClosed,
    async *open() {
      try {
        for (let at = 0; at < bytes.length; at += chunkSize) {
          chunksRead++
          yield bytes.subarray(at, at + chunkSize)
        }
      } finally {
        isClosed = true
      }
    },
  }
}

/** Everything of an iterable of batches. */
export async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const batch of batches) all.push(...batch)
  return all
}
