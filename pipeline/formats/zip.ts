/**
 * Zip archives: their files by name, unpacked one at a time, also where they are encrypted (ZipCrypto, WinZip AES).
 * Knows the container; knows nothing of what is in it. A password is asked for and never shown.
 */
import {
  configure,
  ERR_ENCRYPTED,
  ERR_INVALID_AUTHENTICATION_CODE,
  ERR_INVALID_COMPRESSED_DATA,
  ERR_INVALID_CRC32,
  ERR_INVALID_PASSWORD,
  ERR_INVALID_UNCOMPRESSED_SIZE,
  ERR_UNSUPPORTED_COMPRESSION,
  ERR_UNSUPPORTED_ENCRYPTION,
  type FileEntry,
  Reader,
  Uint8ArrayReader,
  ZipReader,
} from '@zip.js/zip.js'
import { AecoderError, type ErrorCode } from '../../schemas/errors.ts'
import type { RandomAccess, SourceFile } from '../../schemas/files.ts'

export interface ZipOptions {
  /** The error that a damaged archive is to whoever opens it. */
  readonly damage: ErrorCode
  /**
   * Gives the password of the archive; called once, when the first encrypted file is opened. Nothing, or an empty text,
   * where there is none. Without it encrypted files cannot be opened.
   */
  readonly askPassword?: (question: { readonly archive: string }) => Promise<string | undefined>
  readonly limits?: Partial<ZipLimits>
}

/** Against archives that unpack to more than a machine holds. */
export interface ZipLimits {
  /** Of the archive itself where it cannot be read at any place and is held in memory. */
  readonly archiveBytes: number
  readonly files: number
  /** Of all files of the archive together, unpacked. */
  readonly unpackedBytes: number
}

export const ZIP_LIMITS: ZipLimits = { archiveBytes: 1024 ** 3, files: 10_000, unpackedBytes: 2 * 1024 ** 3 }

export interface ZipArchive {
  /** Names of its files, folders with `/`, in the archive's order. */
  readonly names: readonly string[]
  /** Unpacks a file; its checksum is compared at its end. */
  open(name: string): AsyncIterable<Uint8Array>
}

// Workers would outlive a command, and gain nothing for files of a few megabytes.
configure({ useWebWorkers: false })

/** Bytes that are read at once, ahead of what was asked for: an archive is read in order, in many small pieces. */
const WINDOW_BYTES = 1024 * 1024

/** Bytes that are asked for at once, at most: the list of the files is. */
const LARGEST_PIECE = 64 * 1024 * 1024

/**
 * Opens an archive and reads its list of files. What can be read at any place is not held in memory.
 * @throws AecoderError of the code `damage`, here for what is no zip archive, exceeds the limits, holds a name twice or
 *   one that leads out of it; from `open` for damaged content, and for a name that is not there FILE_NOT_FOUND. A
 *   password that is missing or wrong is USAGE
 */
export async function openZip(source: SourceFile, options: ZipOptions): Promise<ZipArchive> {
  const archive: OpenArchive = {
    name: source.name,
    damage: options.damage,
    limits: { ...ZIP_LIMITS, ...options.limits },
    passwords: new PasswordOnce(source.name, options.askPassword),
  }
  const bytes =
    source.random === undefined
      ? new Uint8ArrayReader(await readArchive(source, archive))
      : new WindowReader(source.random, archive)
  const entries = await readEntries(bytes, archive)
  return {
    names: [...entries.keys()],
    open: (name) => unpack(entries.get(name), { name, archive }),
  }
}

interface OpenArchive {
  readonly name: string
  readonly damage: ErrorCode
  readonly limits: ZipLimits
  readonly passwords: PasswordOnce
}

async function readArchive(source: SourceFile, archive: OpenArchive): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of source.open()) {
    size += chunk.length
    if (size > archive.limits.archiveBytes) {
      throw toDamage(archive, {
        found: `an archive of over ${archive.limits.archiveBytes} bytes`,
        expected: 'a smaller one',
      })
    }
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

/** An archive where it lies, a window of it in memory. */
class WindowReader extends Reader<RandomAccess> {
  readonly #random: RandomAccess
  readonly #archive: OpenArchive
  #window: Uint8Array = new Uint8Array()
  #at = 0

  constructor(random: RandomAccess, archive: OpenArchive) {
    super(random)
    this.#random = random
    this.#archive = archive
  }

  override async init(): Promise<void> {
    await super.init?.()
    this.size = await this.#random.size()
  }

  override async readUint8Array(index: number, wanted: number): Promise<Uint8Array> {
    const length = Math.max(0, Math.min(wanted, this.size - index))
    if (length > LARGEST_PIECE) {
      throw toDamage(this.#archive, {
        found: `a list of files of ${length} bytes`,
        expected: `at most ${LARGEST_PIECE}`,
      })
    }
    if (length > WINDOW_BYTES) return await this.#random.readAt(index, length)
    const isThere = index >= this.#at && index + length <= this.#at + this.#window.length
    // Files of an archive may be read side by side: what is changed here is changed without waiting in between.
    const at = isThere ? this.#at : index
    const window = isThere ? this.#window : await this.#random.readAt(index, Math.min(WINDOW_BYTES, this.size - index))
    this.#at = at
    this.#window = window
    // A copy: the library may keep the piece, and change it.
    return window.slice(index - at, index - at + length)
  }
}

async function readEntries(bytes: Reader<unknown>, archive: OpenArchive): Promise<ReadonlyMap<string, FileEntry>> {
  const { limits } = archive
  const entries = new Map<string, FileEntry>()
  const reader = new ZipReader(bytes, {
    checkCrc32: true,
    checkAuthenticationCode: true,
    checkOverlappingEntry: true,
    // Names are judged below, where the message can say which.
    filenameValidation: 'tolerant',
  })
  let stated = 0
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      const name = entry.filename.replaceAll('\\', '/')
      if (/^(?:\/|[A-Za-z]:)/.test(name) || name.split('/').includes('..') || name.includes('\0')) {
        throw toDamage(archive, { found: `a file named ${JSON.stringify(name)}`, expected: 'names below the archive' })
      }
      if (entry.directory) continue
      if (entries.has(name)) throw toDamage(archive, { found: `${name} twice`, expected: 'each file once' })
      entries.set(name, entry)
      stated += entry.uncompressedSize
      if (entries.size > limits.files) {
        throw toDamage(archive, { found: `more than ${limits.files} files`, expected: 'fewer' })
      }
      if (stated > limits.unpackedBytes) throw toBomb(archive)
    }
  } catch (error) {
    if (error instanceof AecoderError) throw error
    throw toDamage(archive, {
      found: `no zip archive that can be read (${toReason(error)})`,
      expected: 'a zip archive',
    })
  }
  return entries
}

/** Unpacks into small pieces and waits while nobody takes them. */
async function* unpack(
  entry: FileEntry | undefined,
  { name, archive }: { name: string; archive: OpenArchive },
): AsyncGenerator<Uint8Array, void, undefined> {
  if (entry === undefined) {
    throw new AecoderError('FILE_NOT_FOUND', { where: archive.name, found: `no file ${name} in the archive` })
  }
  const password = entry.encrypted ? await archive.passwords.ask(name) : undefined
  const stop = new AbortController()
  let fail: (reason: unknown) => void = () => undefined
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      fail = (reason) => controller.error(reason)
    },
  })
  const written = entry.getData(writable, { signal: stop.signal, ...(password === undefined ? {} : { password }) })
  // What fails before a byte is written leaves the stream open: who reads it would wait for ever.
  written.catch(fail)
  try {
    // The library ends where more comes out than the list says, so the limits hold for what is unpacked, too.
    yield* readable
    await written
  } catch (error) {
    if (error instanceof AecoderError) throw error
    throw toEntryError(error, { name, archive, isEncrypted: entry.encrypted })
  } finally {
    stop.abort()
  }
}

/** Asks for the archive's password when it is first needed, and then keeps the answer. */
class PasswordOnce {
  readonly #archive: string
  readonly #ask: ZipOptions['askPassword']
  #answer: Promise<string | undefined> | undefined

  constructor(archive: string, ask: ZipOptions['askPassword']) {
    this.#archive = archive
    this.#ask = ask
  }

  /** @throws AecoderError USAGE where there is none */
  async ask(name: string): Promise<string> {
    this.#answer ??= this.#ask?.({ archive: this.#archive }) ?? Promise.resolve(undefined)
    const password = await this.#answer
    if (password !== undefined && password !== '') return password
    throw new AecoderError('USAGE', {
      where: `${this.#archive}: ${name}`,
      found: 'an encrypted file, and no password',
      action: 'Give the password that came with the archive, or unpack it and name the folder',
    })
  }
}

const DAMAGED_CONTENT: ReadonlySet<string> = new Set([
  ERR_INVALID_CRC32,
  ERR_INVALID_AUTHENTICATION_CODE,
  ERR_INVALID_COMPRESSED_DATA,
  ERR_INVALID_UNCOMPRESSED_SIZE,
])

function toEntryError(
  error: unknown,
  { name, archive, isEncrypted }: { name: string; archive: OpenArchive; isEncrypted: boolean },
): AecoderError {
  const reason = toReason(error)
  const where = `${archive.name}: ${name}`
  if (reason === ERR_INVALID_PASSWORD || reason === ERR_ENCRYPTED) {
    return new AecoderError('USAGE', {
      where,
      found: 'the password does not open this file',
      action: 'Give the password that came with the archive',
    })
  }
  if (reason === ERR_UNSUPPORTED_COMPRESSION || reason === ERR_UNSUPPORTED_ENCRYPTION) {
    return new AecoderError(archive.damage, {
      where,
      found: `a way of packing that is not known here (${reason})`,
      expected: 'stored or deflated, plain or encrypted by ZipCrypto or AES',
      action: 'Unpack the archive and name the folder',
    })
  }
  // ZipCrypto checks one byte of the password: one wrong password in 256 shows only in the content.
  const found = DAMAGED_CONTENT.has(reason) && isEncrypted ? 'damaged content, or a wrong password' : 'damaged content'
  return new AecoderError(
    archive.damage,
    {
      where,
      found,
      expected: 'the file as it was packed',
      action: 'Get the archive again, or unpack it and name the folder',
    },
    error,
  )
}

function toBomb(archive: OpenArchive): AecoderError {
  const { unpackedBytes } = archive.limits
  return toDamage(archive, { found: `more than ${unpackedBytes} bytes once unpacked`, expected: 'less' })
}

function toDamage(archive: OpenArchive, { found, expected }: { found: string; expected: string }): AecoderError {
  return new AecoderError(archive.damage, {
    where: archive.name,
    found,
    expected,
    action: 'Get the archive again, or unpack it and name the folder',
  })
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
