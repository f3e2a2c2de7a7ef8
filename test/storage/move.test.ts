/** Looking at a folder without opening its files, and moving and removing what was seen. */
import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFolder } from '../../pipeline/storage/folder.ts'
import { moveFile } from '../../pipeline/storage/move.ts'
import { openOnly } from '../../pipeline/storage/only.ts'
import type { FileLook, Storage } from '../../schemas/files.ts'

async function openPair(): Promise<{
  from: Storage
  to: Storage
  path: string
  see: (name: string) => Promise<FileLook>
}> {
  const path = await mkdtemp(join(tmpdir(), 'aecoder-move-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  const from = openFolder(join(path, 'from'))
  await mkdir(join(path, 'from/a/b'), { recursive: true })
  await writeFile(join(path, 'from/a/b/ae.csv'), 'SUBJID\n')
  const see = async (name: string) => {
    const found = (await from.look()).find((look) => look.name === name)
    if (found === undefined) throw new Error(`${name} is not there`)
    return found
  }
  return { from, to: openFolder(join(path, 'to')), path, see }
}

test('a look shows hidden files and links, and leads nowhere', async () => {
  const { from, path } = await openPair()
  await writeFile(join(path, 'from/.done'), '')
  await symlink(path, join(path, 'from/up'))
  const looks = await from.look()
  expect(looks.map(({ name, bytes, kind }) => [name, kind === 'link' ? null : bytes, kind])).toEqual([
    ['.done', 0, 'file'],
    ['a/b/ae.csv', 7, 'file'],
    ['up', null, 'link'],
  ])
})

test('a file that was rewritten in the same length has another mark', async () => {
  const { path, see } = await openPair()
  const file = join(path, 'from/a/b/ae.csv')
  await utimes(file, 0, 0)
  const before = await see('a/b/ae.csv')
  expect(await see('a/b/ae.csv')).toEqual(before)
  await writeFile(file, 'SUBJIX\n')
  // As programs do that copy files with their times.
  await utimes(file, 0, 0)
  expect((await see('a/b/ae.csv')).mark).not.toBe(before.mark)
})

test('when a file arrived is when it came to lie there, however old it is', async () => {
  const { path, see } = await openPair()
  await utimes(join(path, 'from/a/b/ae.csv'), new Date(0), new Date(0))
  const { modified, arrived } = await see('a/b/ae.csv')
  expect(modified).toBe(0)
  expect(Date.now() - arrived).toBeLessThan(600_000)
})

test('a file moves with its folders, which go when they are empty; a link moves as the link it is', async () => {
  const { from, to, path, see } = await openPair()
  await symlink('/nowhere', join(path, 'from/a/link'))
  expect(await moveFile(from, await see('a/b/ae.csv'), { storage: to, name: 'x/ae.csv' })).toBe(true)
  expect((await from.look()).map(({ name }) => name)).toEqual(['a/link'])
  expect(await moveFile(from, await see('a/link'), { storage: to, name: 'x/link' })).toBe(true)
  expect(await from.listFolders('a')).toEqual([])
  expect((await to.look()).map(({ name, kind }) => [name, kind])).toEqual([
    ['x/ae.csv', 'file'],
    ['x/link', 'link'],
  ])
})

test('what is gone or another file by now is neither moved nor removed', async () => {
  const { from, to, path, see } = await openPair()
  const seen = await see('a/b/ae.csv')
  await writeFile(join(path, 'from/a/b/ae.csv'), 'SUBJID,SITE\n')
  expect(await moveFile(from, seen, { storage: to, name: 'ae.csv' })).toBe(false)
  expect(await from.remove(seen)).toBe(false)
  expect(await from.list()).toEqual(['a/b/ae.csv'])
  expect(await from.remove(await see('a/b/ae.csv'))).toBe(true)
  expect([await from.remove(seen), await from.list(), await to.list()]).toEqual([false, [], []])
})

/** The same place, as if it were on another disk or server: files are copied there. */
function toDistant(storage: Storage, change: Partial<Storage> = {}): Storage {
  return { ...storage, where: 's3://bucket/elsewhere', ...change }
}

test('a name that another file has is not written over, by a rename or by a copy; its own copy is known', async () => {
  const { from, to, see } = await openPair()
  const seen = await see('a/b/ae.csv')
  await to.replace('ae.csv', Buffer.from('of another study'))
  for (const storage of [to, toDistant(to)])
    await expect(moveFile(from, seen, { storage, name: 'ae.csv' })).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining('another file has this name already') as string,
    })
  expect([await textOf(from, 'a/b/ae.csv'), await textOf(to, 'ae.csv')]).toEqual(['SUBJID\n', 'of another study'])
  // Killed between copy and removal.
  await to.replace('ae.csv', Buffer.from('SUBJID\n'))
  expect(await moveFile(from, seen, { storage: to, name: 'ae.csv' })).toBe(true)
  expect([await from.list(), await textOf(to, 'ae.csv')]).toEqual([[], 'SUBJID\n'])
})

test('a link is not taken for moved where a file has its name', async () => {
  const { from, to, path, see } = await openPair()
  await symlink('/nowhere', join(path, 'from/link'))
  await to.replace('link', Buffer.from(''))
  await expect(moveFile(from, await see('link'), { storage: to, name: 'link' })).rejects.toMatchObject({
    code: 'WRITE_FAILED',
  })
  expect((await from.look()).map(({ name }) => name)).toEqual(['a/b/ae.csv', 'link'])
})

/** A disk in memory, where there is one: no file is renamed from elsewhere to there. */
const OTHER_DISK = '/dev/shm'
const hasOtherDisk = existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev

test.skipIf(!hasOtherDisk)('to another disk a file is copied, and a link made anew', async () => {
  const { from, path, see } = await openPair()
  await symlink('/nowhere', join(path, 'from/link'))
  const elsewhere = await mkdtemp(join(OTHER_DISK, 'aecoder-move-'))
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }))
  const to = openFolder(join(elsewhere, 'to'))
  for (const name of ['a/b/ae.csv', 'link'])
    expect(await moveFile(from, await see(name), { storage: to, name })).toBe(true)
  expect(await from.look()).toEqual([])
  expect((await to.look()).map(({ name, kind }) => [name, kind])).toEqual([
    ['a/b/ae.csv', 'file'],
    ['link', 'link'],
  ])
  expect(await textOf(to, 'a/b/ae.csv')).toBe('SUBJID\n')
})

test('a file that goes while it is copied is gone, and no half of it stands anywhere', async () => {
  const { from, to, path, see } = await openPair()
  const seen = await see('a/b/ae.csv')
  const going = toDistant(from, {
    async *read(name) {
      yield Buffer.from('SUB')
      await rm(join(path, 'from/a/b/ae.csv'))
      yield* from.read(name)
    },
  })
  expect(await moveFile(going, seen, { storage: to, name: 'ae.csv' })).toBe(false)
  expect(await to.look()).toEqual([])
})

test('a copy that does not hold what was copied is not all that is left', async () => {
  const { from, to, see } = await openPair()
  const seen = await see('a/b/ae.csv')
  const spoiling = toDistant(to, {
    async createFile(name) {
      const sink = await to.createFile(name)
      return { ...sink, close: async () => ({ ...(await sink.close()), sha256: 'of what was sent' }) }
    },
  })
  await expect(moveFile(from, seen, { storage: spoiling, name: 'ae.csv' })).rejects.toMatchObject({
    code: 'READBACK_MISMATCH',
  })
  expect([await textOf(from, 'a/b/ae.csv'), await to.list()]).toEqual(['SUBJID\n', []])
})

test('a file that is replaced while it is copied stays, and so does no copy of it', async () => {
  const { from, to, path, see } = await openPair()
  const seen = await see('a/b/ae.csv')
  const replaced = toDistant(from, {
    async *read(name) {
      yield* from.read(name)
      await writeFile(join(path, 'from/a/b/ae.csv'), 'SUBJID,SITE\n')
    },
  })
  expect(await moveFile(replaced, seen, { storage: to, name: 'ae.csv' })).toBe(false)
  expect([await textOf(from, 'a/b/ae.csv'), await to.look()]).toEqual(['SUBJID,SITE\n', []])
})

async function textOf(storage: Storage, name: string): Promise<string> {
  let text = ''
  for await (const chunk of storage.read(name)) text += Buffer.from(chunk).toString('utf8')
  return text
}

test('some files of a place are all of them, or the missing one is told', async () => {
  const { from, path } = await openPair()
  await writeFile(join(path, 'from/mh.csv'), '')
  expect(await openOnly(from, ['mh.csv']).list()).toEqual(['mh.csv'])
  await expect(openOnly(from, ['mh.csv', 'dm.csv']).list()).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    facts: { where: `${join(path, 'from')}/dm.csv` },
  })
})
