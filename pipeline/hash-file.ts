/** A file's digest and size, read from its start to its end. */
import { createHash } from 'node:crypto'
import type { SourceFile } from '../schemas/files.ts'

export async function hashFile(file: SourceFile): Promise<{ sha256: string; bytes: number }> {
  const digest = createHash('sha256')
  let bytes = 0
  for await (const chunk of file.open()) {
    digest.update(chunk)
    bytes += chunk.byteLength
  }
  return { sha256: digest.digest('hex'), bytes }
}
