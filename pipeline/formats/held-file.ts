/** A file whose index stands at its end, and that can only be read in order: held in memory, up to a bound. */
import type { RandomAccess, SourceFile } from '../../schemas/files.ts'
import { toDamaged } from './table-shape.ts'

/** Bytes of such a file. */
export const LARGEST_HELD: number = 512 * 1024 * 1024

/** @param format for the message. @throws AecoderError FORMAT_DAMAGED for a larger file */
export async function holdInMemory(file: SourceFile, format: string): Promise<RandomAccess> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of file.open()) {
    size += chunk.byteLength
    if (size > LARGEST_HELD) {
      throw toDamaged(
        { file: file.name },
        {
          found: `${format}, a file of more than ${LARGEST_HELD} bytes that can only be read in order`,
          expected: 'a smaller one: its index stands at its end',
          action: 'Unpack the archive and name the folder',
        },
      )
    }
    parts.push(chunk)
  }
  const bytes = Buffer.concat(parts)
  return { size: async () => bytes.length, readAt: async (at, length) => bytes.subarray(at, at + length) }
}
