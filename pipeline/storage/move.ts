/** Moving a file from one place to another, of whatever kind the two are. */
import { readlink, rename, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isBucketUrl } from '../../schemas/bucket-url.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { FileLook, Storage } from '../../schemas/files.ts'
import {
  makeFolder,
  removeEmptyFolders,
  syncFolder,
  type Target,
  toErrorCode,
  toTarget,
  toWriteError,
} from './folder.ts'

/**
 * Moves a file that still is the one that was seen: renamed where both places are on one disk, else copied, then
 * removed. Killed between, it stands in both places and is moved again; never in none.
 * @returns false where it is gone (moved before), or another one stands there, which is left alone
 * @throws AecoderError WRITE_FAILED, FILE_NOT_FOUND, FILE_CHANGED, BUCKET_FAILED
 */
export async function moveFile(
  from: Storage,
  seen: Pick<FileLook, 'name' | 'mark' | 'kind'>,
  to: { readonly storage: Storage; readonly name: string },
): Promise<boolean> {
  if ((await from.see(seen.name))?.mark !== seen.mark) return false
  if (!isBucketUrl(from.where) && !isBucketUrl(to.storage.where)) {
    const [source, target] = [toTarget(from.where, seen.name), toTarget(to.storage.where, to.name)]
    if (await tryRename(source, target)) return true
    if (seen.kind !== 'file') {
      await copyLink(source, target)
      return await from.remove(seen)
    }
  }
  if (seen.kind === 'file' && !(await copyFile(from, seen.name, to))) return false
  return await from.remove(seen)
}

/** @returns false where the two places are on different disks */
async function tryRename(source: Target, target: Target): Promise<boolean> {
  try {
    await makeFolder(dirname(target.path))
    await rename(source.path, target.path)
  } catch (error) {
    if (toErrorCode(error) === 'EXDEV') return false
    throw toWriteError(target, error)
  }
  await syncFolder(dirname(target.path))
  await syncFolder(dirname(source.path))
  await removeEmptyFolders(source)
  return true
}

/** A pipe or device cannot be copied: it goes. */
async function copyLink(source: Target, target: Target): Promise<void> {
  const aim = await readlink(source.path).catch(() => undefined)
  if (aim === undefined) return
  await symlink(aim, target.path).catch((error: unknown) => {
    if (toErrorCode(error) !== 'EEXIST') throw toWriteError(target, error)
  })
}

async function copyFile(
  from: Storage,
  name: string,
  to: { readonly storage: Storage; readonly name: string },
): Promise<boolean> {
  const sink = await to.storage.createFile(to.name)
  try {
    for await (const chunk of from.read(name)) await sink.write(chunk)
    await sink.close()
    return true
  } catch (error) {
    await sink.abort()
    if (error instanceof AecoderError && error.code === 'FILE_NOT_FOUND' && !(await from.has(name))) return false
    throw error
  }
}
