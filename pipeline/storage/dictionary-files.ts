/** The files of a coding dictionary as the dictionary readers ask for them. Knows no dictionary format. */
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { openDictionaryZip } from '../../dictionaries/dictionary-zip.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import { openFolder } from './folder.ts'

/** How deep the files may lie below the folder: `MedDRA_29_1_English/MedAscii/llt.asc`. */
const DEEPEST = 3

/**
 * Opens a dictionary's files: a folder, a zip as downloaded, or the one file of a code list.
 * @param options.askPassword for an encrypted zip; gives undefined where there is no password to be had
 * @throws AecoderError what the folder and the zip throw
 */
export async function openDictionaryFiles(
  path: string,
  { askPassword }: { askPassword: (file: string) => Promise<string | undefined> },
): Promise<DictionaryFiles> {
  if (await isFolder(path)) return openDictionaryFolder(path)
  const name = basename(path)
  const folder = openFolder(dirname(path))
  const file = { name: path, open: () => folder.read(name) }
  if (/\.zip$/i.test(name)) return openDictionaryZip(file, { askPassword: ({ archive }) => askPassword(archive) })
  return { where: path, list: async () => [name], open: (wanted) => folder.read(wanted) }
}

/**
 * Opens a dictionary's folder. Its files may lie in it or in folders below it, as `MedAscii/llt.asc` does in a MedDRA
 * delivery; hidden files are left out.
 * @throws AecoderError (from `list`) DICTIONARY_NOT_FOUND when there is no such folder, or no file in it
 */
export function openDictionaryFolder(path: string): DictionaryFiles {
  const folder = openFolder(path)
  return {
    where: path,
    async list() {
      const names = (await folder.list()).filter((name) => name.split('/').length <= DEEPEST)
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
