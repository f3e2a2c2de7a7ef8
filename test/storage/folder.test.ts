import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFolder } from '../../pipeline/storage/folder.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'aecoder-folder-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

const bytes = (text: string) => new TextEncoder().encode(text)
/** Everything that stands in the folder, hidden and unfinished files included. */
const everything = () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()

/** Files of the folder that this process holds open, where the system tells. */
const listOpen = () =>
  (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : []).flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(root) ? [path] : []
    } catch {
      return [] // the one that listed them
    }
  })

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString('utf8')
}

describe('writing', () => {
  test('a file is there with its hash and size once it is closed, and not before', async () => {
    const storage = openFolder(root)
    const sink = await storage.createFile('runs/7f/ae.csv')
    await sink.write(bytes('STUDYID\n'))
    await sink.write(bytes('ÄE-1\n'))
    expect(await storage.has('runs/7f/ae.csv')).toBe(false)
    expect(await storage.list()).toEqual([])

    const written = await sink.close()
    const text = 'STUDYID\nÄE-1\n'
    expect(written).toEqual({
      name: 'runs/7f/ae.csv',
      bytes: 14,
      sha256: createHash('sha256').update(text).digest('hex'),
    })
    expect(await readAll(storage.read('runs/7f/ae.csv'))).toBe(text)
    expect(everything()).toEqual(['runs', 'runs/7f', 'runs/7f/ae.csv'])
  })

  test('writes that overlap keep their order', async () => {
    const sink = await openFolder(root).createFile('a')
    const parts = Array.from({ length: 200 }, (_, index) => `${index},`)
    await Promise.all(parts.map((part) => sink.write(bytes(part))))
    const { sha256 } = await sink.close()
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe(parts.join(''))
    expect(sha256).toBe(createHash('sha256').update(parts.join('')).digest('hex'))
  })

  test('an aborted file leaves no trace, and the file it would have replaced stays', async () => {
    writeFileSync(join(root, 'ae.csv'), 'old')
    const sink = await openFolder(root).createFile('ae.csv')
    await sink.write(bytes('new'))
    await sink.abort()
    await sink.abort()
    expect(everything()).toEqual(['ae.csv'])
    expect(readFileSync(join(root, 'ae.csv'), 'utf8')).toBe('old')
    await expect(sink.write(bytes('more'))).rejects.toThrow('ae.csv is aborted')
    await expect(sink.close()).rejects.toThrow('ae.csv is aborted')
  })

  test('an abort after the close leaves the finished file alone', async () => {
    const sink = await openFolder(root).createFile('ae.csv')
    await sink.write(bytes('done'))
    await sink.close()
    await sink.abort()
    expect(readFileSync(join(root, 'ae.csv'), 'utf8')).toBe('done')
  })

  test('what a killed writer left is taken away where nobody else writes, and nothing else', async () => {
    const storage = openFolder(root)
    const sinks = [await storage.createFile('own/a/ae.csv'), await storage.createFile('other/ae.csv')]
    await storage.replace('own/.hidden.tmp', bytes('x'))
    await storage.removeUnfinished('own')
    expect((await storage.look()).length).toBe(3)
    await storage.removeUnfinished('own', { isOwn: true })
    expect((await storage.look()).map(({ name }) => name)).toEqual([
      expect.stringMatching(/^other\/\.ae\.csv\.[0-9a-f]{12}\.tmp$/),
      'own/.hidden.tmp',
    ])
    for (const sink of sinks) await sink.abort()
  })

  test('replace swaps the whole file in one step', async () => {
    const storage = openFolder(root)
    await storage.replace('current.json', bytes('{"run":"a much longer first version"}'))
    const written = await storage.replace('current.json', bytes('{"run":"b"}'))
    expect(readFileSync(join(root, 'current.json'), 'utf8')).toBe('{"run":"b"}')
    expect(written).toMatchObject({ name: 'current.json', bytes: 11 })
    expect(everything()).toEqual(['current.json'])
  })

  test('replace leaves what somebody else wrote since the file was seen', async () => {
    const storage = openFolder(root)
    await storage.replace('current.json', bytes('{"run":"a"}'))
    const seen = await storage.findState('current.json')
    const standing = { name: 'manifest.json', bytes: bytes('{}') }
    await storage.replace('current.json', bytes('{"run":"of another"}'))
    for (const given of [
      { seen, standing },
      { seen: undefined, standing },
    ])
      await expect(storage.replace('current.json', bytes('{"run":"b"}'), given)).rejects.toMatchObject({
        code: 'BUCKET_CONFLICT',
      })
    expect(readFileSync(join(root, 'current.json'), 'utf8')).toBe('{"run":"of another"}')
    expect(everything()).toEqual(['current.json'])
  })

  test('a reader of the old file sees the old file to its end while it is replaced', async () => {
    const storage = openFolder(root)
    const old = 'old '.repeat(200_000)
    await storage.replace('big.txt', bytes(old))
    let seen = ''
    for await (const chunk of storage.read('big.txt')) {
      if (seen === '') await storage.replace('big.txt', bytes('new'))
      seen += Buffer.from(chunk).toString('utf8')
    }
    expect(seen).toBe(old)
    expect(await readAll(storage.read('big.txt'))).toBe('new')
  })

  test('a folder that cannot be made says where, why and what to do', async () => {
    writeFileSync(join(root, 'runs'), 'a file where a folder should be')
    await expect(openFolder(root).createFile('runs/1/ae.csv')).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      facts: {
        where: `${root}/runs/1/ae.csv`,
        found: expect.stringMatching(/^could not be written \((ENOTDIR|EEXIST): [a-z ]+, mkdir\)$/),
        action: 'Check the folder, then run again: nothing half-written stands',
      },
    })
    expect(everything()).toEqual(['runs'])
  })

  test('a name that is a folder already is refused at the close and leaves no trace', async () => {
    mkdirSync(join(root, 'ae.csv'))
    writeFileSync(join(root, 'ae.csv/kept'), '')
    const sink = await openFolder(root).createFile('ae.csv')
    await sink.write(bytes('x'))
    await expect(sink.close()).rejects.toMatchObject({ code: 'WRITE_FAILED' })
    expect(everything()).toEqual(['ae.csv', 'ae.csv/kept'])
  })

  // The system itself refuses here: the child may write no file of more than a few kilobytes.
  test.skipIf(process.platform === 'win32')('a write that the system cuts short leaves no trace', async () => {
    const script = join(root, 'child.ts')
    const target = join(root, 'out')
    const folder = join(import.meta.dirname, '../../pipeline/storage/folder.ts')
    writeFileSync(
      script,
      `import { openFolder } from ${JSON.stringify(folder)}
      const sink = await openFolder(${JSON.stringify(target)}).createFile('ae.arrow')
      await sink.write(new Uint8Array(1000))
      try {
        await sink.write(new Uint8Array(1_000_000))
      } catch (error) {
        console.log(JSON.stringify({ code: error.code, message: error.message }))
      }
      await sink.abort()`,
    )
    const shell = 'ulimit -f 16 && exec "$0" "$@"'
    const output = await new Promise<string>((resolve, reject) => {
      execFile('sh', ['-c', shell, process.execPath, script], (error, stdout, stderr) =>
        error ? reject(new Error(stderr, { cause: error })) : resolve(stdout),
      )
    })
    expect(JSON.parse(output)).toEqual({
      code: 'WRITE_FAILED',
      message: `${target}/ae.arrow: could not be written (EFBIG: file too large, write). Raise the limit on file sizes, or write to another disk, then run again: nothing half-written stands`,
    })
    expect(readdirSync(target)).toEqual([])
  })
})

describe('reading', () => {
  test('files are listed at any depth by code unit, without hidden and unfinished ones', async () => {
    for (const name of ['b.csv', 'B.csv', 'ä.csv', 'a/z.csv', 'a.csv', '.a.csv.0f.tmp', '.git/config', 'a/.hidden']) {
      mkdirSync(join(root, name, '..'), { recursive: true })
      writeFileSync(join(root, name), '')
    }
    expect(await openFolder(root).list()).toEqual(['B.csv', 'a.csv', 'a/z.csv', 'b.csv', 'ä.csv'])
  })

  test('a link to a file is a file; a link to a folder is not followed', async () => {
    writeFileSync(join(root, 'ae.csv'), 'x')
    symlinkSync(join(root, 'ae.csv'), join(root, 'link.csv'))
    symlinkSync(root, join(root, 'loop'))
    symlinkSync(join(root, 'nowhere'), join(root, 'broken.csv'))
    expect(await openFolder(root).list()).toEqual(['ae.csv', 'link.csv'])
  })

  test('a folder that is not there holds no files', async () => {
    const storage = openFolder(join(root, 'later'))
    expect(await storage.list()).toEqual([])
    expect(await storage.has('ae.csv')).toBe(false)
    await storage.replace('ae.csv', bytes('x'))
    expect(await storage.list()).toEqual(['ae.csv'])
  })

  test('a file comes in chunks of bounded size, and as often as it is asked for', async () => {
    const content = Buffer.alloc(1_000_000, 'abcdefg')
    writeFileSync(join(root, 'big'), content)
    for (let round = 0; round < 2; round++) {
      const chunks: Uint8Array[] = []
      for await (const chunk of openFolder(root).read('big')) chunks.push(chunk)
      expect(Math.max(...chunks.map((chunk) => chunk.byteLength))).toBe(256 * 1024)
      expect(Buffer.concat(chunks).equals(content)).toBe(true)
    }
  })

  test('a reader may stop half-way', async () => {
    writeFileSync(join(root, 'big'), Buffer.alloc(1_000_000))
    let seen = 0
    for await (const chunk of openFolder(root).read('big')) {
      seen += chunk.byteLength
      break
    }
    expect(seen).toBe(256 * 1024)
    expect(listOpen()).toEqual([])
  })

  test('bytes from any place on are as many as there are', async () => {
    writeFileSync(join(root, 'ae.csv'), 'SUBJID')
    const { random } = openFolder(root).file('ae.csv')
    const read = async (at: number, length: number) => Buffer.from((await random?.readAt(at, length)) ?? []).toString()
    expect([await read(0, 3), await read(3, 100), await read(100, 1)]).toEqual(['SUB', 'JID', ''])
  })

  test('a file that is not there is named in full', async () => {
    await expect(readAll(openFolder(root).read('in/ae.csv'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `${root}/in/ae.csv: no such file. Check the name and the permissions`,
    })
  })

  test('a folder is no file', async () => {
    mkdirSync(join(root, 'in'))
    const storage = openFolder(root)
    expect(await storage.has('in')).toBe(false)
    await expect(readAll(storage.read('in'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      facts: { found: 'cannot be read (EISDIR: illegal operation on a directory, read)' },
    })
  })
})

describe('names', () => {
  const outside = ['../ae.csv', 'a/../../ae.csv', '/etc/passwd', '', '.', '..', 'a//b', 'a/', './a', 'a\0b']
  test.each(outside)('%j may not be read, asked for or written', async (name) => {
    const storage = openFolder(join(root, 'inner'))
    const refusal = { code: 'CONFIG_INVALID', message: expect.stringContaining(JSON.stringify(name)) }
    await expect(readAll(storage.read(name))).rejects.toMatchObject(refusal)
    await expect(storage.has(name)).rejects.toMatchObject(refusal)
    await expect(storage.createFile(name)).rejects.toMatchObject(refusal)
    await expect(storage.replace(name, bytes('x'))).rejects.toMatchObject(refusal)
    expect(everything()).toEqual([])
  })

  test('two dots inside a name lead nowhere', async () => {
    const storage = openFolder(root)
    await storage.replace('ae..2026.csv', bytes('x'))
    expect(await storage.list()).toEqual(['ae..2026.csv'])
  })
})
