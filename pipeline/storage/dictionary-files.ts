/** The files of a coding dictionary as the dictionary readers ask for them. Knows no dictionary format. */
import { stat } from 'node:fs/promises'
import { openDictionaryZip } from '../../dictionaries/dictionary-zip.ts'
import { isBucketUrl } from '../../schemas/bucket-url.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import type { BucketConfig } from '../../schemas/study.ts'
import { openStorage } from './open-storage.ts'
import { splitPlace } from './place.ts'

/** How deep the files may lie below the folder: `MedDRA_29_1_English/MedAscii/llt.asc`. */
const DEEPEST = 3

/**
 * Opens a dictionary's files: a folder, a zip as downloaded, or the one file of a code list; on disk or in a bucket.
 * @param options.askPassword for an encrypted zip; gives undefined where there is no password to be had
 * @throws AecoderError what the folder and the zip throw
 */
export async function openDictionaryFiles(
  path: string,
  { askPassword, s3 }: { askPassword: (file: string) => Promise<string | undefined>; s3?: BucketConfig },
): Promise<DictionaryFiles> {
  const { folder: around, name } = splitPlace(path)
  const folder = openStorage(around, s3)
  const isFile = isBucketUrl(path) ? name !== '' && (await folder.has(name)) : !(await isFolder(path))
  if (!isFile) return openDictionaryFolder(path, s3)
  if (/\.zip$/i.test(name))
    return openDictionaryZip(
      { ...folder.file(name), name: path },
      { askPassword: ({ archive }) => askPassword(archive) },
    )
  return { where: path, list: async () => [name], open: (wanted) => folder.read(wanted) }
}

/**
 * Opens a dictionary's folder. Its files may lie in it or in folders below it, as `MedAscii/llt.asc` does in a MedDRA
 * delivery; hidden files are left out.
 * @throws AecoderError (from `list`) DICTIONARY_NOT_FOUND when there is no such folder, or no file in it
 */
export function openDictionaryFolder(path: string, s3?: BucketConfig): DictionaryFiles {
  const folder = openStorage(path, s3)
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
