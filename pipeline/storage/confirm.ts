/** Reading back what was written: the only proof that a disk or a server has it, and has just that. */
import { createHash } from 'node:crypto'
import { AecoderError } from '../../schemas/errors.ts'
import type { Storage, WrittenFile } from '../../schemas/files.ts'

/** @throws AecoderError READBACK_MISMATCH when the file holds other bytes than were written */
export async function confirmFile(storage: Pick<Storage, 'where' | 'read'>, written: WrittenFile): Promise<void> {
  const digest = createHash('sha256')
  let bytes = 0
  for await (const chunk of storage.read(written.name)) {
    digest.update(chunk)
    bytes += chunk.byteLength
  }
  const sha256 = digest.digest('hex')
  if (bytes === written.bytes && sha256 === written.sha256) return
  throw new AecoderError('READBACK_MISMATCH', {
    where: `${storage.where}/${written.name}`,
    found: `${bytes} bytes with sha256 ${sha256} read back`,
    expected: `the ${written.bytes} bytes written, sha256 ${written.sha256}`,
    action: 'Check the disk, or what stands between here and the bucket, then run again: this file is not in force',
  })
}
