/** The folder of a coding dictionary as the dictionary readers ask for it. Knows no dictionary format. */
import { stat } from 'node:fs/promises'
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import { openFolder } from './folder.ts'

/**
 * Opens a dictionary's folder. Its files may lie in it or in one folder below it, as `MedAscii/llt.asc` does in a
 * MedDRA delivery; hidden files are left out.
 * @throws AecoderError (from `list`) DICTIONARY_NOT_FOUND when there is no such folder, or no file in it
 */
export function openDictionaryFolder(path: string): DictionaryFiles {
  const folder = openFolder(path)
  return {
    where: path,
    async list() {
      const names = (await folder.list()).filter((name) => name.split('/').length <= 2)
      if (names.length > 0) return names
      throw new AecoderError('DICTIONARY_NOT_FOUND', {
        where: path,
        found: (await isFolder(path)) ? 'no files in this folder' : 'no such folder',
        expected: "the folder with the dictionary's files",
        action: 'Correct dictionary.path, or copy the files there',
      })
    },
    open: (name) => folder.read(name),
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}
