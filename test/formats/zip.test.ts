/** Archives made by the zip program, by the library and by hand: plain, ZipCrypto and AES. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TextReader, Uint8ArrayWriter, ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js'
import { describe, expect, test } from 'vitest'
import { openZip, type ZipOptions } from '../../pipeline/formats/zip.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { toAesZip } from './aes-zip.ts'

const PASSWORD = 'Seven-Lamps-19'

/** Long enough to be deflated, and every line its own. */
const LLT = Array.from({ length: 5_000 }, (_, i) => `8${String(i).padStart(7, '0')}$Invented term ${i}$\n`).join('')
const CONTENT = { 'Release_7/MedAscii/llt.asc': LLT, 'Release_7/readme.txt': 'Invented.\n' }

async function pack(
  content: { readonly [name: string]: string },
  options: ZipWriterAddDataOptions = {},
): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter())
  for (const [name, text] of Object.entries(content)) await writer.add(name, new TextReader(text), options)
  return await writer.close()
}

/** Arrives in small pieces, as from a disk. */
function toSource(bytes: Uint8Array): SourceFile {
  return {
    name: 'release.zip',
    async *open() {
      for (let start = 0; start < bytes.length; start += 4096)
        yield await Promise.resolve(bytes.subarray(start, start + 4096))
    },
  }
}

const open = (bytes: Uint8Array, options: Partial<ZipOptions> = {}) =>
  openZip(toSource(bytes), { damage: 'DICTIONARY_DAMAGED', ...options })

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString('utf8')
}

async function catchError(act: () => Promise<unknown>): Promise<AecoderError> {
  try {
    await act()
  } catch (error) {
    if (error instanceof AecoderError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const answering = (password: string | undefined) => {
  const questions: string[] = []
  const askPassword = ({ archive }: { archive: string }) => {
    questions.push(archive)
    return Promise.resolve(password)
  }
  return { questions, askPassword }
}

const ENCRYPTIONS: readonly (readonly [kind: string, options: ZipWriterAddDataOptions])[] = [
  ['ZipCrypto', { password: PASSWORD, zipCrypto: true }],
  ['AES-256', { password: PASSWORD, encryptionStrength: 3 }],
  ['AES-128, not deflated', { password: PASSWORD, encryptionStrength: 1, level: 0 }],
]

describe('an archive', () => {
  test('gives its files by their names, as often as they are asked for', async () => {
    const archive = await open(await pack(CONTENT))
    expect(archive.names).toEqual(['Release_7/MedAscii/llt.asc', 'Release_7/readme.txt'])
    expect(await readText(archive.open('Release_7/MedAscii/llt.asc'))).toBe(LLT)
    expect(await readText(archive.open('Release_7/MedAscii/llt.asc'))).toBe(LLT)
    expect(await readText(archive.open('Release_7/readme.txt'))).toBe('Invented.\n')
  })

  test('may be left in the middle of a file', async () => {
    const archive = await open(await pack(CONTENT))
    for await (const chunk of archive.open('Release_7/MedAscii/llt.asc')) {
      expect(Buffer.from(chunk).toString('utf8').startsWith('80000000$Invented')).toBe(true)
      break
    }
    expect(await readText(archive.open('Release_7/readme.txt'))).toBe('Invented.\n')
  })

  test('asks for no password when nothing in it is encrypted', async () => {
    const { questions, askPassword } = answering(PASSWORD)
    const archive = await open(await pack(CONTENT), { askPassword })
    await readText(archive.open('Release_7/readme.txt'))
    expect(questions).toEqual([])
  })

  test('says which file it does not have', async () => {
    const archive = await open(await pack(CONTENT))
    const error = await catchError(() => readText(archive.open('llt.asc')))
    expect([error.code, error.message]).toEqual(['FILE_NOT_FOUND', 'release.zip: no file llt.asc in the archive'])
  })
})

describe.each(ENCRYPTIONS)('an archive encrypted by %s', (_, options) => {
  test('opens with its password, which is asked for once', async () => {
    const { questions, askPassword } = answering(PASSWORD)
    const archive = await open(await pack(CONTENT, options), { askPassword })
    expect(questions).toEqual([])
    expect(await readText(archive.open('Release_7/MedAscii/llt.asc'))).toBe(LLT)
    expect(await readText(archive.open('Release_7/readme.txt'))).toBe('Invented.\n')
    expect(questions).toEqual(['release.zip'])
  })

  test('says that a password is missing or wrong, and never shows one', async () => {
    const bytes = await pack(CONTENT, options)
    for (const password of [undefined, '']) {
      const archive = await open(bytes, answering(password))
      const error = await catchError(() => readText(archive.open('Release_7/readme.txt')))
      expect([error.code, error.facts.where, error.facts.found]).toEqual([
        'USAGE',
        'release.zip: Release_7/readme.txt',
        'an encrypted file, and no password',
      ])
    }
    // ZipCrypto lets one wrong password in 256 pass at first; among these ten one is refused at once in any case.
    const errors: AecoderError[] = []
    for (let i = 0; i < 10; i += 1) {
      const archive = await open(bytes, answering(`Wrong-${i}`))
      errors.push(await catchError(() => readText(archive.open('Release_7/MedAscii/llt.asc'))))
    }
    expect(errors.map(({ code }) => code)).toContain('USAGE')
    for (const { facts, message, stack } of errors) {
      expect(['the password does not open this file', 'damaged content, or a wrong password']).toContain(facts.found)
      expect(`${message}${stack}`).not.toContain('Wrong-')
    }
  })

  test('says that its content was damaged', async () => {
    const bytes = await pack({ 'llt.asc': LLT }, options)
    bytes[400] = (bytes[400] ?? 0) ^ 0x10
    const archive = await open(bytes, answering(PASSWORD))
    const error = await catchError(() => readText(archive.open('llt.asc')))
    expect([error.code, error.facts.where, error.facts.found]).toEqual([
      'DICTIONARY_DAMAGED',
      'release.zip: llt.asc',
      'damaged content, or a wrong password',
    ])
  })
})

describe.each([1, 2] as const)('a file encrypted as the specification of AE-%i says', (version) => {
  const bytes = toAesZip({ name: 'llt.asc', text: LLT, password: PASSWORD, version })

  test('is read', async () => {
    const archive = await open(bytes, answering(PASSWORD))
    expect(await readText(archive.open('llt.asc'))).toBe(LLT)
  })

  test('is refused with a wrong password, and where a byte of it, its seal or its checksum was changed', async () => {
    const wrong = await open(bytes, answering('Six-Lamps'))
    expect((await catchError(() => readText(wrong.open('llt.asc')))).code).toBe('USAGE')
    const list = Buffer.from(bytes).indexOf('PK\x01\x02')
    for (const at of [200, list - 3, ...(version === 1 ? [14, list + 16] : [])]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      // A checksum stands in both headers.
      if (at === 14) changed[list + 16] = (changed[list + 16] ?? 0) ^ 1
      const archive = await open(changed, answering(PASSWORD))
      expect((await catchError(() => readText(archive.open('llt.asc')))).code).toBe('DICTIONARY_DAMAGED')
    }
  })
})

describe('a bad archive is refused', () => {
  test('where a checksum does not agree, although the file is whole', async () => {
    const bytes = await pack({ 'llt.asc': 'one$two$\n' }, { level: 0 })
    const at = Buffer.from(bytes).indexOf('two')
    bytes[at] = 'z'.charCodeAt(0)
    const archive = await open(bytes)
    const error = await catchError(() => readText(archive.open('llt.asc')))
    expect([error.code, error.facts.found]).toEqual(['DICTIONARY_DAMAGED', 'damaged content'])
  })

  test('where it is none, is empty, or breaks off', async () => {
    const whole = await pack(CONTENT)
    for (const bytes of [new Uint8Array(), Buffer.from('<html>Log in</html>'), whole.subarray(0, whole.length / 2)]) {
      const error = await catchError(() => open(bytes))
      expect([error.code, error.facts.where, error.facts.expected]).toEqual([
        'DICTIONARY_DAMAGED',
        'release.zip',
        'a zip archive',
      ])
    }
  })

  test.each([
    ['names that lead out of it', '../llt.asc'],
    ['names that lead out of it by another way', 'a/..\\..\\llt.asc'],
    ['names from the root', '/etc/llt.asc'],
    ['names on a drive', 'C:\\llt.asc'],
  ])('for %s', async (_, name) => {
    const error = await catchError(async () => open(await pack({ [name]: 'x' })))
    expect(error.facts).toMatchObject({ where: 'release.zip', expected: 'names below the archive' })
  })

  test('for two files of one name', async () => {
    const bytes = Buffer.from(await pack({ 'llt.asc': 'one', 'llt.asd': 'two' }))
    const twice = Buffer.from(bytes.toString('latin1').replaceAll('llt.asd', 'llt.asc'), 'latin1')
    expect((await catchError(() => open(twice))).facts.found).toBe('llt.asc twice')
  })

  test('for too many files, too large ones, and too large an archive', async () => {
    const bytes = await pack({ ...CONTENT, 'zeros.txt': '0'.repeat(1_000_000) })
    const limits = async (limits: ZipOptions['limits'] & object) =>
      (await catchError(() => open(bytes, { limits }))).facts.found
    expect(await limits({ files: 2 })).toBe('more than 2 files')
    expect(await limits({ unpackedBytes: 1_000_000 })).toBe('more than 1000000 bytes once unpacked')
    expect(await limits({ archiveBytes: 1_000 })).toBe('an archive of over 1000 bytes')
  })

  test('for a file that unpacks to more than the list says', async () => {
    const bytes = Buffer.from(await pack({ 'zeros.txt': '0'.repeat(1_000_000) }, { dataDescriptor: false }))
    const size = Buffer.alloc(4)
    size.writeUInt32LE(1_000_000)
    const lie = Buffer.alloc(4)
    lie.writeUInt32LE(10)
    for (let at = bytes.indexOf(size); at !== -1; at = bytes.indexOf(size, at)) lie.copy(bytes, at)
    const archive = await open(bytes, { limits: { unpackedBytes: 1_000 } })
    let unpacked = 0
    const error = await catchError(async () => {
      for await (const chunk of archive.open('zeros.txt')) unpacked += chunk.length
    })
    expect([error.code, unpacked]).toEqual(['DICTIONARY_DAMAGED', 0])
  })
})

/** Made once with Info-ZIP 3.0: `zip -r -X plain.zip Release_7`, and the same with `-P "open sesame"`. */
describe('an archive of the zip program', () => {
  const readArchive = (name: string) => readFileSync(join(import.meta.dirname, 'archives', name))
  const lines = '80000001$Sore thumb$80000001$$$$$$$Y$$\r\n80000002$Aching thumb$80000001$$$$$$$N$$\r\n'

  test('is read, folders left out', async () => {
    const archive = await open(readArchive('plain.zip'))
    expect([...archive.names].sort()).toEqual(['Release_7/MedAscii/llt.asc', 'Release_7/readme.txt'])
    expect(await readText(archive.open('Release_7/MedAscii/llt.asc'))).toBe(lines)
  })

  test('is read with its password', async () => {
    const archive = await open(readArchive('encrypted.zip'), answering('open sesame'))
    expect(await readText(archive.open('Release_7/MedAscii/llt.asc'))).toBe(lines)
  })
})
