/** Some files of a place, where others lie beside them. */
import { AecoderError } from '../../schemas/errors.ts'
import type { Storage } from '../../schemas/files.ts'

/**
 * The same place with these files alone. One that is not there is missed: the others alone would say something else.
 * @param names all of the place's files when left out
 * @throws AecoderError (from `list`) FILE_NOT_FOUND
 */
export function openOnly(storage: Storage, names: readonly string[] | undefined): Storage {
  if (names === undefined) return storage
  const wanted = new Set(names)
  return {
    ...storage,
    async list() {
      const found = (await storage.list()).filter((name) => wanted.has(name))
      if (found.length === wanted.size) return found
      const there = new Set(found)
      throw new AecoderError('FILE_NOT_FOUND', {
        where: `${storage.where}/${names.find((name) => !there.has(name))}`,
        found: 'no such file any more',
        expected: 'all files of the transfer as they were listed',
        action: 'Wait until nobody moves or writes them, then run again',
      })
    },
  }
}
