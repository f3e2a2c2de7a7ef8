/** Moving a file from one place to another, of whatever kind the two are. */
import { createHash } from 'node:crypto'
import { readlink, rename, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isBucketUrl } from '../../schemas/bucket-url.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { FileLook, Storage, WrittenFile } from '../../schemas/files.ts'
import { confirmFile } from './confirm.ts'
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
 * Moves a file that still is the one that was seen: renamed where both places are on one disk, else copied, read back,
 * then removed. Killed between, it stands in both places and is moved again; never in none.
 * @returns false where it is gone (moved before), or another one stands there, which is left alone
 * @throws AecoderError WRITE_FAILED, also where another file has the name already; READBACK_MISMATCH, FILE_NOT_FOUND,
 * FILE_CHANGED, BUCKET_FAILED
 */
export async function moveFile(
  from: Storage,
  seen: Pick<FileLook, 'name' | 'mark' | 'kind'>,
  to: { readonly storage: Storage; readonly name: string },
): Promise<boolean> {
  if ((await from.see(seen.name))?.mark !== seen.mark) return false
  const there = await to.storage.see(to.name)
  if (there !== undefined) {
    // Its own copy, whole: a move was cut off before the removal.
    const isOwn =
      there.kind === seen.kind &&
      (seen.kind !== 'file' || (await hashOf(from.read(seen.name))) === (await hashOf(to.storage.read(to.name))))
    if (!isOwn) throw toTaken(to)
    return await from.remove(seen)
  }
  if (!isBucketUrl(from.where) && !isBucketUrl(to.storage.where)) {
    const [source, target] = [toTarget(from.where, seen.name), toTarget(to.storage.where, to.name)]
    if (await tryRename(source, target)) return true
    if (seen.kind !== 'file') {
      await copyLink(source, target)
      return await from.remove(seen)
    }
  }
  if (seen.kind === 'file' && !(await copyFile(from, seen, to))) return false
  return await from.remove(seen)
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of chunks) digest.update(chunk)
  return digest.digest('hex')
}

function toTaken({ storage, name }: { readonly storage: Storage; readonly name: string }): AecoderError {
  return new AecoderError('WRITE_FAILED', {
    where: `${storage.where}/${name}`,
    found: 'another file has this name already',
    expected: 'a name that is free: nothing is written over',
    action: 'See who else moves files there, and move that one away',
  })
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

/** @returns false where another file stands there by now, or none */
async function copyFile(
  from: Storage,
  { name, mark }: Pick<FileLook, 'name' | 'mark'>,
  to: { readonly storage: Storage; readonly name: string },
): Promise<boolean> {
  const sink = await to.storage.createFile(to.name)
  try {
    for await (const chunk of from.read(name)) await sink.write(chunk)
    if ((await from.see(name))?.mark !== mark) {
      await sink.abort()
      return false
    }
    await confirmCopy(to, await sink.close())
    return true
  } catch (error) {
    await sink.abort()
    if (error instanceof AecoderError && error.code === 'FILE_NOT_FOUND' && !(await from.has(name))) return false
    throw error
  }
}

/** What is removed next is the only other one. */
async function confirmCopy(
  { storage, name }: { readonly storage: Storage; readonly name: string },
  written: WrittenFile,
): Promise<void> {
  try {
    await confirmFile(storage, written)
  } catch (error) {
    const damaged = await storage.see(name)
    if (damaged !== undefined) await storage.remove(damaged)
    throw error
  }
}
