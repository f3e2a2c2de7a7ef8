/** A prefix of a bucket as a Storage. Knows objects and keys; knows nothing of what they hold. */
import { parseBucketUrl } from '../../schemas/bucket-url.ts'
import type { FileLook, RandomAccess, Storage } from '../../schemas/files.ts'
import {
  abortUpload,
  findLastPart,
  findLastWrite,
  findListed,
  type ListedObject,
  listBelow,
  listObjects,
  listUploads,
  readServerTime,
  removeBelow,
  removeObject,
  type Under,
} from './bucket-list.ts'
import { readObject, readRange, type Seen } from './bucket-read.ts'
import type { BucketSettings } from './bucket-settings.ts'
import { type BucketPlace, type Target, toPlace, toPrefix, toTarget, toWhere } from './bucket-target.ts'
import { createObject, findObjectState, putObject, swapObject } from './bucket-write.ts'

const HOUR_MS = 3_600_000

/**
 * Opens a prefix of a bucket for reading and writing; the AWS SDK is loaded with the first request.
 * Names are relative to the prefix. Those with a part that begins with `.` are not listed, nor are keys that end with
 * `/`, with which some tools mark a folder.
 * @param url `s3://bucket/prefix`
 * @throws AecoderError CONFIG_INVALID for a URL that is none; from its methods FILE_NOT_FOUND, FILE_CHANGED, BUCKET_FAILED, BUCKET_CONFLICT
 */
export function openBucket(url: string, settings: BucketSettings): Storage {
  const place: BucketPlace = { ...parseBucketUrl(url), settings }
  const target = (name: string) => toTarget(place, name)
  /** Bytes by name, as they were listed or looked at last. */
  const sizes = new Map<string, number>()
  const read = (name: string) => readObject(target(name), sizes.get(name))
  /** What stands in a folder, the whole place without one. */
  const under = (name?: string): Under => ({
    ...toPlace(place),
    prefix: name === undefined ? toPrefix(place) : `${target(name).key}/`,
  })
  /** Asked after what was written was listed: then the server's time is known. */
  const isOld = async (written: number) =>
    settings.abandonedHours === 0 || (await readServerTime(place)) - written > settings.abandonedHours * HOUR_MS
  const see = async (name: string) => {
    const { key, ...rest } = target(name)
    const found = await findListed({ ...rest, prefix: key })
    return found === undefined ? undefined : toLook(name, found)
  }
  return {
    where: toWhere(place),
    async list(folder) {
      const top = under()
      const names: string[] = []
      for await (const page of listObjects(under(folder)))
        for (const { key, size } of page) {
          const name = key.slice(top.prefix.length)
          if (!isShown(name)) continue
          names.push(name)
          sizes.set(name, size)
        }
      // A server sorts by bytes; here it is by code unit, as for a folder.
      return names.sort((a, b) => (a < b ? -1 : 1))
    },
    async look() {
      const top = under()
      const looks: FileLook[] = []
      for await (const page of listObjects(top))
        for (const listed of page) {
          const name = listed.key.slice(top.prefix.length)
          if (isName(name)) looks.push(toLook(name, listed))
        }
      return looks.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    see,
    async remove({ name, mark }) {
      // The server may not heed a condition on removing: what comes between this look and the request goes with it.
      if ((await see(name))?.mark !== mark) return false
      await removeObject(target(name))
      return true
    },
    read,
    file: (name) => ({ name, open: () => read(name), random: toRandomAccess(target(name)) }),
    async has(name) {
      // Listed rather than asked for by itself: of a HEAD that fails no server says why.
      const { key, ...rest } = target(name)
      const found = await findListed({ ...rest, prefix: key })
      if (found !== undefined) sizes.set(name, found.size)
      return found !== undefined
    },
    async listFolders(name) {
      const inside = under(name)
      const names = new Set(await listBelow(inside))
      for (const { key } of await listUploads(inside)) {
        const [folder, ...rest] = key.slice(inside.prefix.length).split('/')
        if (folder !== undefined && rest.length > 0) names.add(folder)
      }
      return [...names]
    },
    removeFolder: (name) => removeBelow(under(name)),
    isAbandoned: async (name) => await isOld(await findLastWrite(under(name))),
    async removeUnfinished(name, whose) {
      const folder = under(name)
      // A begun upload whose answer was lost is begun again: the first one is nobody's, and its run may be whole.
      for (const upload of await listUploads(folder))
        if (whose?.isOwn === true || (await isOld(await findLastPart(folder, upload))))
          await abortUpload(folder, upload)
    },
    createFile: (name) => createObject(target(name)),
    findState: (name) => findObjectState(target(name)),
    replace: (name, bytes, given) =>
      given === undefined
        ? putObject(target(name), bytes)
        : swapObject(target(name), bytes, {
            seen: given.seen,
            standing: { target: target(given.standing.name), bytes: given.standing.bytes },
          }),
  }
}

function toLook(name: string, { size, modified, etag }: ListedObject): FileLook {
  return { name, bytes: size, modified, arrived: modified, mark: `${etag} ${size}`, kind: 'file' }
}

/** Whether a key names a file here; some tools mark a folder by a key that ends with `/`. */
function isName(name: string): boolean {
  return !name.split('/').some((part) => part === '' || part === '.' || part === '..')
}

function isShown(name: string): boolean {
  return !name.split('/').some((part) => part === '' || part.startsWith('.'))
}

/** All reads are of the object that the first one met. */
function toRandomAccess(target: Target): RandomAccess {
  let first: Promise<Seen> | undefined
  const see = () => {
    // By reading rather than asking: of a HEAD that fails no server says why.
    first ??= readRange(target, { at: 0, length: 1, signal: new AbortController().signal }).then(({ seen }) => seen)
    first.catch(() => {
      first = undefined
    })
    return first
  }
  return {
    size: async () => (await see()).size,
    async readAt(at, length) {
      const seen = await see()
      const wanted = Math.min(length, seen.size - at)
      if (wanted <= 0) return new Uint8Array()
      const { signal } = new AbortController()
      return Buffer.concat((await readRange(target, { at, length: wanted, seen, signal })).chunks)
    },
  }
}
