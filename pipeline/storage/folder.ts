/** A folder on disk as a Storage. Knows files, temporary names and fsync; knows nothing of what the files hold. */
import { createHash, randomBytes } from 'node:crypto'
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AecoderError } from '../../schemas/errors.ts'
import type { FileLook, FileSink, FileState, RandomAccess, Storage, WrittenFile } from '../../schemas/files.ts'
import { toConflict } from './conflict.ts'

/** Bytes per chunk of `read`: large enough that the disk is not the brake, small enough to be nothing in memory. */
const CHUNK_BYTES = 256 * 1024

/** As `createSink` names what is not finished. */
const TEMPORARY = /(?:^|\/)\.[^/]+\.[0-9a-f]{12}\.tmp$/

/**
 * Opens a folder for reading and writing. The folder need not exist: it is made with the first file.
 * Names are relative to it with `/` between the parts and may not lead out of it.
 * Files and folders whose name begins with `.` are not listed: unfinished files are among them.
 * @throws AecoderError (from its methods) FILE_NOT_FOUND, WRITE_FAILED, or CONFIG_INVALID for a name that leads out
 */
export function openFolder(path: string): Storage {
  const createFile = async (name: string) => await createSink(toTarget(path, name))
  const findState = async (name: string) => await readState(toTarget(path, name))
  return {
    where: path,
    async list(folder) {
      const names: string[] = []
      if (folder === undefined) await collectNames(path, '', names)
      else await collectNames(toTarget(path, folder).path, `${folder}/`, names)
      // By code unit, and no name stands twice.
      return names.sort((a, b) => (a < b ? -1 : 1))
    },
    async look() {
      const looks: FileLook[] = []
      await collectLooks(path, '', looks)
      return looks.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    see: async (name) => await findLook(toTarget(path, name)),
    async remove({ name, mark }) {
      const target = toTarget(path, name)
      if ((await findLook(target))?.mark !== mark) return false
      await unlink(target.path).catch((error: unknown) => {
        if (!isMissing(error)) throw toWriteError(target, error)
      })
      await removeEmptyFolders(target)
      return true
    },
    read: (name) => readChunks(path, name),
    file: (name) => ({ name, open: () => readChunks(path, name), random: toRandomAccess(toTarget(path, name)) }),
    async has(name) {
      const target = toTarget(path, name)
      try {
        return (await stat(target.path)).isFile()
      } catch (error) {
        if (isMissing(error)) return false
        throw toReadError(target, error)
      }
    },
    async listFolders(name) {
      const target = toTarget(path, name)
      const entries = await readdir(target.path, { withFileTypes: true }).catch((error: unknown) => {
        if (isMissing(error)) return []
        throw toReadError(target, error)
      })
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    },
    async removeFolder(name) {
      const target = toTarget(path, name)
      await rm(target.path, { recursive: true, force: true }).catch((error: unknown) => {
        throw toWriteError(target, error)
      })
    },
    isAbandoned: () => Promise.resolve(true),
    async removeUnfinished(name, whose) {
      // Those of runs lie in unfinished folders, and go with them.
      if (whose?.isOwn !== true) return
      const looks: FileLook[] = []
      await collectLooks(toTarget(path, name).path, `${name}/`, looks)
      for (const look of looks) if (TEMPORARY.test(look.name)) await rm(toTarget(path, look.name).path, { force: true })
    },
    createFile,
    findState,
    async replace(name, bytes, given) {
      const sink = await createFile(name)
      await sink.write(bytes)
      // Between this look and the rename nobody else publishes: the caller holds the study's lock.
      if (given !== undefined && (await findState(name))?.mark !== given.seen?.mark) {
        await sink.abort()
        throw toConflict(`${path}/${name}`)
      }
      return await sink.close()
    },
  }
}

/** A file of the folder: its name for messages, its path for the system. */
export interface Target {
  readonly folder: string
  readonly name: string
  readonly path: string
}

export function toTarget(folder: string, name: string): Target {
  const isForeign = process.platform === 'win32' ? /[\\:\0]/ : /\0/
  if (isForeign.test(name) || name.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new AecoderError('CONFIG_INVALID', {
      where: folder,
      found: `${JSON.stringify(name)} is not the name of a file in this folder`,
      expected: 'a relative name with / between its parts, without . and ..',
      action: 'Correct the name, or move the file into the folder',
    })
  }
  return { folder, name, path: join(folder, ...name.split('/')) }
}

async function collectNames(folder: string, prefix: string, names: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw toReadError({ folder, name: '', path: folder }, error)
  })
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await collectNames(path, `${prefix}${entry.name}/`, names)
    // A link to a file counts as the file; a link to a folder is not followed, for it may lead back here.
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) names.push(prefix + entry.name)
  }
}

async function collectLooks(folder: string, prefix: string, looks: FileLook[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw toReadError({ folder, name: '', path: folder }, error)
  })
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      await collectLooks(path, `${prefix}${entry.name}/`, looks)
      continue
    }
    const look = await findLook({ folder, name: prefix + entry.name, path })
    if (look !== undefined) looks.push(look)
  }
}

/** A file as it stands there now, links not followed; undefined where nothing stands. */
export async function findLook({ folder, name, path }: Target): Promise<FileLook | undefined> {
  try {
    const stats = await lstat(path, { bigint: true })
    const { size, mtimeNs, ctimeNs, ino } = stats
    return {
      name,
      bytes: Number(size),
      modified: Number(mtimeNs / 1_000_000n),
      arrived: Number(ctimeNs / 1_000_000n),
      mark: [size, mtimeNs, ctimeNs, ino].join(' '),
      kind: stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : 'other',
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw toReadError({ folder, name, path }, error)
  }
}

/** Removes the folders above a file that is gone, as far as they are empty, up to the storage's own. */
export async function removeEmptyFolders({ name, path }: Target): Promise<void> {
  let folder = dirname(path)
  for (let depth = name.split('/').length - 1; depth > 0; depth--) {
    try {
      await rmdir(folder)
    } catch {
      return // something else lies there, or it is nobody's to remove: an empty folder harms nobody
    }
    folder = dirname(folder)
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )
}

/** A file's content is its mark: a run never writes the same bytes for another state. */
async function readState(target: Target): Promise<FileState | undefined> {
  try {
    const bytes = await readFile(target.path)
    return { bytes, mark: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw toReadError(target, error)
  }
}

async function* readChunks(folder: string, name: string): AsyncGenerator<Uint8Array> {
  const target = toTarget(folder, name)
  const file = await open(target.path, 'r').catch((error: unknown) => {
    throw toReadError(target, error)
  })
  try {
    for (;;) {
      // A new buffer each time: the consumer may keep the chunk.
      const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null).catch((error: unknown) => {
        throw toReadError(target, error)
      })
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** Opens the file for every read: those who read so read seldom, and much at once. */
function toRandomAccess(target: Target): RandomAccess {
  return {
    async size() {
      const stats = await stat(target.path).catch((error: unknown) => {
        throw toReadError(target, error)
      })
      return stats.size
    },
    async readAt(at, length) {
      const file = await open(target.path, 'r').catch((error: unknown) => {
        throw toReadError(target, error)
      })
      try {
        const buffer = Buffer.allocUnsafeSlow(length)
        let filled = 0
        while (filled < length) {
          const { bytesRead } = await file.read(buffer, filled, length - filled, at + filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return buffer.subarray(0, filled)
      } catch (error) {
        throw toReadError(target, error)
      } finally {
        await file.close()
      }
    },
  }
}

async function createSink(target: Target): Promise<FileSink> {
  const folder = dirname(target.path)
  const temporary = join(folder, `.${basename(target.path)}.${randomBytes(6).toString('hex')}.tmp`)
  let file: FileHandle
  try {
    await makeFolder(folder)
    file = await open(temporary, 'wx')
  } catch (error) {
    throw toWriteError(target, error)
  }
  const hash = createHash('sha256')
  let bytes = 0
  let state: 'open' | 'closed' | 'aborted' = 'open'

  const abort = async () => {
    if (state !== 'open') return
    state = 'aborted'
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
  }
  /** Runs a step of writing; when it fails nothing of the file is left. */
  const attempt = async <T>(step: () => Promise<T>): Promise<T> => {
    if (state !== 'open') throw new Error(`${target.name} is ${state}: it takes no more`)
    try {
      return await step()
    } catch (error) {
      await abort()
      throw toWriteError(target, error)
    }
  }
  return {
    write: (chunk) =>
      attempt(async () => {
        // The place in the file is taken before the first wait, so that overlapping writes keep their order.
        const at = bytes
        bytes += chunk.byteLength
        hash.update(chunk)
        await writeFully(file, chunk, at)
      }),
    close: () =>
      attempt(async () => {
        await file.sync()
        await file.close()
        await rename(temporary, target.path)
        state = 'closed'
        await syncFolder(folder)
        return { name: target.name, bytes, sha256: hash.digest('hex') } satisfies WrittenFile
      }),
    // After `close` the file stands for good and there is nothing to abort.
    abort,
  }
}

/** A system call may take less than it was given, e.g. just before the disk is full. */
async function writeFully(file: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, at + done)
    done += bytesWritten
  }
}

/** Makes the folder and those above it, and lets the disk know of each one that is new. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  const top = dirname(first)
  for (let made = dirname(folder); made.length >= top.length; made = dirname(made)) {
    await syncFolder(made)
    if (made === top || made === dirname(made)) return
  }
}

/** Makes a rename last through a power cut. Best effort: not every system lets a folder be opened. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // The file itself is whole either way.
  }
}

export function toErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(toErrorCode(error))
}

/** What is wrong in the system's words, without the path it adds: `ENOSPC: no space left on device, write`. */
function toSystemWords(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ '.*$/s, '') : String(error)
}

function toReadError({ folder, name }: Target, error: unknown): unknown {
  if (toErrorCode(error) === '') return error
  const where = name === '' ? folder : `${folder}/${name}`
  const found = isMissing(error) ? 'no such file' : `cannot be read (${toSystemWords(error)})`
  return new AecoderError('FILE_NOT_FOUND', { where, found, action: 'Check the name and the permissions' }, error)
}

const WRITE_ADVICE: { readonly [code: string]: string } = {
  ENOSPC: 'Free some space',
  EDQUOT: 'Free some space, or ask for a larger quota',
  EFBIG: 'Raise the limit on file sizes, or write to another disk',
  EACCES: 'Allow writing to the folder',
  EPERM: 'Allow writing to the folder',
  EROFS: 'Choose a folder on a disk that can be written',
}

export function toWriteError({ folder, name }: Target, error: unknown): unknown {
  const code = toErrorCode(error)
  if (code === '') return error
  return new AecoderError(
    'WRITE_FAILED',
    {
      where: `${folder}/${name}`,
      found: `could not be written (${toSystemWords(error)})`,
      action: `${WRITE_ADVICE[code] ?? 'Check the folder'}, then run again: nothing half-written stands`,
    },
    error,
  )
}
