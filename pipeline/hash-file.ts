/** A file's digest, size and beginning, read from its start to its end. */
import { createHash } from 'node:crypto'
import type { SourceFile } from '../schemas/files.ts'
import { DETECTED_BYTES } from './formats/detect.ts'

/** @returns `beginning`: as many bytes as tell the format */
export async function hashFile(file: SourceFile): Promise<{ sha256: string; bytes: number; beginning: Uint8Array }> {
  const digest = createHash('sha256')
  const first: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of file.open()) {
    if (bytes < DETECTED_BYTES) first.push(chunk.subarray(0, DETECTED_BYTES - bytes))
    digest.update(chunk)
    bytes += chunk.byteLength
  }
  return { sha256: digest.digest('hex'), bytes, beginning: Buffer.concat(first) }
}
