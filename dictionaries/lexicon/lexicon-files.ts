/** Which files make a lexicon, and their bytes. Knows names and hashes; knows nothing of their content. */
import { createHash } from 'node:crypto'
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import { readWhole } from '../hash-files.ts'

/** Every table that a language has; one without rows is a header alone. Sets come first: contexts refer to them. */
export const TABLE_NAMES = [
  'word-sets',
  'abbreviations',
  'qualifiers',
  'paraphrases',
  'equivalences',
  'directions',
  'opposites',
  'medicines',
  'procedures',
  'analytes',
  'symptoms',
] as const
export type TableName = (typeof TABLE_NAMES)[number]

export interface LexiconChoice {
  /** The folder of the language, e.g. `en`. */
  readonly language: string
  /** The folder below it, e.g. `icd-10-cm`; a terminology without rows of its own has none. */
  readonly terminology: string
}

export interface LexiconFiles {
  /** Name below the lexicon's folder → bytes, in the order of names. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Over the name, length and bytes of every file, in the order of names. */
  readonly sha256: string
}

/**
 * Reads the language's tables and those of the terminology; other files are left alone.
 * @throws AecoderError DICTIONARY_NOT_FOUND when a table of the language is missing, DICTIONARY_DAMAGED for a table of
 * another name, which would pass unread
 * @throws RangeError for a language or terminology that is no folder's name
 */
export async function readLexiconFiles(source: DictionaryFiles, choice: LexiconChoice): Promise<LexiconFiles> {
  for (const name of [choice.language, choice.terminology]) {
    if (!/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(name)) throw new RangeError(`"${name}" names no folder of a lexicon`)
  }
  const files = new Map<string, Uint8Array>()
  const hash = createHash('sha256')
  for (const name of listUsed(source.where, await source.list(), choice)) {
    const bytes = await readWhole(source.open(name))
    // The length parts one file's bytes from the next one's name.
    hash.update(`${name}\0${bytes.length}\0`).update(bytes)
    files.set(name, bytes)
  }
  return { files, sha256: hash.digest('hex') }
}

/** The file of a table: of the language, or with `terminology` the one that goes over it. */
export function toFileName(table: TableName, { language, terminology }: Partial<LexiconChoice>): string {
  return [language, terminology, `${table}.tsv`].filter((part) => part !== undefined).join('/')
}

/** Words that are words, whatever the terminology; a language may have none. */
export function toWordsName(language: string): string {
  return `${language}/words.txt`
}

function listUsed(where: string, listed: readonly string[], choice: LexiconChoice): readonly string[] {
  const base = TABLE_NAMES.map((table) => toFileName(table, { language: choice.language }))
  const known = new Set([
    ...base,
    ...TABLE_NAMES.map((table) => toFileName(table, choice)),
    toWordsName(choice.language),
  ])
  const missing = base.filter((name) => !listed.includes(name))
  if (missing.length > 0) {
    throw new AecoderError('DICTIONARY_NOT_FOUND', {
      where,
      found: `no ${missing.join(', ')}`,
      expected: `the tables of the lexicon: ${TABLE_NAMES.join(', ')}`,
      action: `Name a language that the lexicon has, or add the files; a table without rows is its header alone`,
    })
  }
  const folders = [choice.language, `${choice.language}/${choice.terminology}`]
  const unknown = listed.find(
    (name) => name.endsWith('.tsv') && folders.includes(name.slice(0, name.lastIndexOf('/'))) && !known.has(name),
  )
  if (unknown !== undefined) {
    throw new AecoderError('DICTIONARY_DAMAGED', {
      where: `${where}: ${unknown}`,
      found: 'a table of an unknown name',
      expected: `one of ${TABLE_NAMES.join(', ')}`,
      action: 'Correct the name, or move the file out of the lexicon',
    })
  }
  return listed.filter((name) => known.has(name)).sort((one, other) => (one < other ? -1 : 1))
}
