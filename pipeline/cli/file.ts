/** Files that a command makes for people: what lies there already is somebody's, and stays. */
import { open } from 'node:fs/promises'
import { AecoderError } from '../index.ts'

/**
 * Opens a file that is not there yet.
 * @throws AecoderError WRITE_FAILED
 */
export function openNewFile(file: string): ReturnType<typeof open> {
  return open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    throw new AecoderError('WRITE_FAILED', {
      where: file,
      found: error.code === 'EEXIST' ? 'there is a file already' : `it cannot be written (${error.code})`,
      action: 'Give another name; nothing was done',
    })
  })
}

export async function writeNewFile(file: string, text: string): Promise<void> {
  const opened = await openNewFile(file)
  try {
    await opened.writeFile(text)
  } finally {
    await opened.close()
  }
}
