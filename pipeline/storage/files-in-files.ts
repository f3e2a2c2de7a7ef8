/**
 * Files that hold files: those of a zip archive, and the datasets of a SAS XPORT library, are named below it as if it
 * were a folder: `export.zip/ae.csv`, `study.xpt/AE`. Knows which ones a pattern reaches into; opens no others.
 */

import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile, Storage } from '../../schemas/files.ts'
import { listXportMembers, toXportFile } from '../formats/xport-members.ts'
import { openZip, type ZipLimits } from '../formats/zip.ts'
import { listMatching } from './glob.ts'

/** An export's archive may unpack to more than a dictionary's: it is read as it is unpacked, and never held. */
const EXPORT_LIMITS: Partial<ZipLimits> = { unpackedBytes: 16 * 1024 ** 3 }

/** What a part of a pattern must end with to mean files within a file. */
const ZIP = /\.zip$/i
const XPORT = /\.xpt$/i

/** What an archive's maker added for themselves. */
const HIDDEN = /(?:^|\/)(?:\.|__MACOSX\/)/

export interface FilesInFilesOptions {
  /** Asks for the password of an encrypted archive; undefined where there is none to be had. */
  readonly askPassword?: (archive: string) => Promise<string | undefined>
}

/** The part of a Storage that reading a transfer needs. */
export type InputFiles = Pick<Storage, 'where' | 'list' | 'file'>

/** A storage whose files may be looked into. */
export interface FilesInFiles {
  /**
   * The files of the storage, and those within the files that one of the patterns reaches into: one of its parts ends
   * in `.zip` or `.xpt`, and more follows.
   * @throws AecoderError (from `list`) FORMAT_DAMAGED for an archive or library that cannot be read or breaks a limit,
   * FORMAT_UNKNOWN for an archive within an archive; USAGE where a password is missing or wrong, when a file is read
   */
  reach(patterns: readonly string[]): InputFiles
}

/** Opened files by name. */
type Found = Map<string, SourceFile>

/** Looks into the files of a storage. What was opened once is remembered, and its password asked for once. */
export function openFilesInFiles(storage: Storage, options: FilesInFilesOptions = {}): FilesInFiles {
  const opened = new Map<string, Promise<readonly SourceFile[]>>()
  const openOnce = async (file: SourceFile): Promise<readonly SourceFile[]> => {
    const known = opened.get(file.name) ?? (ZIP.test(file.name) ? listZip(file, options) : listLibrary(file))
    opened.set(file.name, known)
    return await known
  }
  const expand = async (file: SourceFile, patterns: readonly string[], found: Found): Promise<void> => {
    found.set(file.name, file)
    if (!isReached(file.name, patterns)) return
    if (
      ZIP.test(file.name) &&
      file.name
        .split('/')
        .slice(0, -1)
        .some((part) => ZIP.test(part)) &&
      file.random === undefined
    ) {
      throw new AecoderError('FORMAT_UNKNOWN', {
        where: file.name,
        found: 'an archive within an archive',
        expected: 'archives of files',
        action: 'Unpack the outer one',
      })
    }
    for (const inner of await openOnce(file)) await expand(inner, patterns, found)
  }
  return {
    reach(patterns) {
      let files: Promise<Found> | undefined
      const find = async (): Promise<Found> => {
        const found: Found = new Map()
        for (const name of await storage.list()) await expand(storage.file(name), patterns, found)
        return found
      }
      const known = () => {
        files ??= find()
        return files
      }
      return {
        where: storage.where,
        async list() {
          return [...(await known()).keys()].sort((a, b) => (a < b ? -1 : 1))
        },
        file: (name) => toLater(name, { storage, found: known }),
      }
    },
  }
}

/** A file that is looked for when it is opened; what no file holds is the storage's own business. */
function toLater(name: string, { storage, found }: { storage: Storage; found: () => Promise<Found> }): SourceFile {
  if (
    !name
      .split('/')
      .slice(0, -1)
      .some((part) => ZIP.test(part) || XPORT.test(part))
  )
    return storage.file(name)
  return {
    name,
    async *open() {
      yield* ((await found()).get(name) ?? storage.file(name)).open()
    },
  }
}

/** Whether a pattern names something below this file: its first parts match the file's name, the last of them by its ending. */
function isReached(name: string, patterns: readonly string[]): boolean {
  const ending = ZIP.test(name) ? ZIP : XPORT.test(name) ? XPORT : undefined
  if (ending === undefined) return false
  return patterns.some((pattern) => {
    const parts = pattern.replace(/^(?:\.\/)+/, '').split('/')
    return parts.some((part, index) => {
      const isLast = index === parts.length - 1
      return !isLast && ending.test(part) && listMatching([name], [parts.slice(0, index + 1).join('/')]).length > 0
    })
  })
}

async function listZip(file: SourceFile, { askPassword }: FilesInFilesOptions): Promise<readonly SourceFile[]> {
  const archive = await openZip(file, {
    damage: 'FORMAT_DAMAGED',
    limits: EXPORT_LIMITS,
    ...(askPassword === undefined ? {} : { askPassword: (question) => askPassword(question.archive) }),
  })
  return archive.names
    .filter((name) => !HIDDEN.test(name))
    .map((name) => ({ name: `${file.name}/${name}`, open: () => archive.open(name) }))
}

async function listLibrary(file: SourceFile): Promise<readonly SourceFile[]> {
  const members = await listXportMembers(file)
  return members.map((member) => toXportFile(file, { ...member, name: `${file.name}/${member.name}` }))
}
