/** The files of a transfer, those within archives among them. Knows where a password comes from. */

import type { Storage } from '../schemas/files.ts'
import type { AskPassword } from './coding-kits.ts'
import { type FilesInFiles, openFilesInFiles } from './storage/files-in-files.ts'

/** The environment variable that holds the password of an export's archive, for those who cannot be asked. */
export const EXPORT_PASSWORD_VARIABLE = 'AECODER_EXPORT_PASSWORD'

/** @param options.askPassword asked once for each encrypted archive, unless the environment says it */
export function openTransferFiles(
  storage: Storage,
  { askPassword }: { askPassword?: AskPassword | undefined } = {},
): FilesInFiles {
  return openFilesInFiles(storage, {
    askPassword: async (archive) => process.env[EXPORT_PASSWORD_VARIABLE] ?? (await askPassword?.(archive)),
  })
}
