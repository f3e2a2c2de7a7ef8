/**
 * Whole records of a release's .asc files, by what names them: to compare releases, and a release with its .seq files.
 * Knows keys and fields; checks no hierarchy.
 */
import type { DictionaryFiles } from '../../schemas/files.ts'
import { readWhole } from '../hash-files.ts'
import { decodeText } from './ascii-encoding.ts'
import { listLines, toDamage } from './ascii-file.ts'
import { CHANGED_TABLES, type ChangedTable, FIELDS, KEY_FIELDS } from './fields.ts'
import { findNames } from './release-files.ts'

/** The texts of a release's files by their usual names, llt.asc and so on. */
export type ReleaseTexts = ReadonlyMap<string, string>

/**
 * Reads the texts of all .asc files that .seq files are about.
 * @throws AecoderError DICTIONARY_DAMAGED for a file that is there twice or no text
 */
export async function readReleaseTexts(
  files: DictionaryFiles,
  options: { readonly encoding?: string; readonly language?: string } = {},
): Promise<ReleaseTexts> {
  const wanted = new Set(CHANGED_TABLES.map((table) => `${table}.asc`))
  const names = findNames(files.where, { listed: await files.list(), isWanted: (name) => wanted.has(name) })
  const texts = new Map<string, string>()
  for (const [name, file] of names) {
    texts.set(name, decodeText(await readWhole(files.open(file)), { file, ...options }).text)
  }
  return texts
}

/** The records of one table, by their keys: as lines, since most are only compared. */
export class Records {
  readonly table: ChangedTable
  readonly #lines: ReadonlyMap<string, string>
  readonly #text: string

  /** @throws AecoderError DICTIONARY_DAMAGED for a record without its key, or a key twice */
  constructor(table: ChangedTable, text: string) {
    this.table = table
    this.#text = text
    const lines = new Map<string, string>()
    for (const line of listLines(text)) {
      const key = this.#toKey(line)
      if (lines.has(key)) throw this.#toFault(line, { found: `${key} again`, expected: 'each record once' })
      lines.set(key, line)
    }
    this.#lines = lines
  }

  get keys(): Iterable<string> {
    return this.#lines.keys()
  }

  has(key: string): boolean {
    return this.#lines.has(key)
  }

  /** As it stands in the file, without the line's end. */
  findLine(key: string): string | undefined {
    return this.#lines.get(key)
  }

  /**
   * The fields of a record, an empty one behind the last left out.
   * @throws AecoderError DICTIONARY_DAMAGED for another number of fields
   */
  findFields(key: string): readonly string[] | undefined {
    const line = this.#lines.get(key)
    if (line === undefined) return undefined
    const count = FIELDS[this.table].length
    const all = line.split('$')
    const extra = all.slice(count)
    if (all.length < count || extra.length > 2 || extra.some((field) => field !== '')) {
      const found = `${all.at(-1) === '' ? all.length - 1 : all.length} fields`
      throw this.#toFault(line, { found, expected: `${count}, each ended by $` })
    }
    return all.slice(0, count)
  }

  /** The key's fields are the first ones, or a single one further on. */
  #toKey(line: string): string {
    const positions = KEY_FIELDS[this.table]
    const first = positions[0] ?? 0
    const start = first === 0 ? 0 : line.indexOf('$') + 1
    let end = start - 1
    for (let i = 0; i < positions.length; i += 1) {
      const next = line.indexOf('$', end + 1)
      end = next === -1 ? line.length : next
    }
    const key = line.slice(start, end)
    if (key === '' || (positions.length > 1 && key.split('$').length < positions.length)) {
      throw this.#toFault(line, {
        found: 'a record without the codes that name it',
        expected: `a record of ${this.#file}`,
      })
    }
    return positions.length > 1 ? key.replaceAll('$', ' ') : key
  }

  get #file(): string {
    return `${this.table}.asc`
  }

  /** Of equal lines the last is named: the others were fine when they were met. */
  #toFault(line: string, fault: { found: string; expected: string }): Error {
    const row = [...listLines(this.#text)].lastIndexOf(line)
    return toDamage({ file: this.#file, row }, fault)
  }
}

/** The records of a table; undefined where the release does not have its file. */
export function findRecords(texts: ReleaseTexts, table: ChangedTable): Records | undefined {
  const text = texts.get(`${table}.asc`)
  return text === undefined ? undefined : new Records(table, text)
}
