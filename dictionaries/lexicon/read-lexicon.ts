/**
 * The lexicon of one language and terminology, read and checked as a whole. Knows the order of the steps; the folder
 * is the caller's, the rules stand in the other files.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import { normaliseTerm } from '../text/normalise.ts'
import { listConflicts } from './conflicts.ts'
import { parseWordsFile } from './known-words.ts'
import type { Lexicon, LexiconRow, LexiconTables, WordSet } from './lexicon.ts'
import {
  type LexiconChoice,
  type LexiconFiles,
  readLexiconFiles,
  type TableName,
  toFileName,
  toWordsName,
} from './lexicon-files.ts'
import { toLookups } from './lookups.ts'
import { readTable } from './read-table.ts'
import {
  ABBREVIATIONS,
  ANALYTES,
  DIRECTION_PHRASES,
  EQUIVALENCES,
  MEDICINES,
  OPPOSITES,
  PARAPHRASES,
  PROCEDURES,
  QUALIFIERS,
  SYMPTOMS,
  type Table,
  WORD_SETS,
} from './tables.ts'
import type { Fault } from './tsv.ts'

/**
 * Reads `<language>/*.tsv` and over them `<language>/<terminology>/*.tsv`, whose rows replace those of the same key.
 * @param choice.areConflictsKnown leaves out what rows say against each other, where that was checked before: the lexicon
 * that comes with aecoder is checked by its test
 * @throws AecoderError DICTIONARY_NOT_FOUND when a table of the language is missing; DICTIONARY_DAMAGED with the first
 * fault and the places of the others: a lexicon is used whole or not at all
 * @throws RangeError for a language or terminology that is no folder's name
 */
export async function readLexicon(
  source: DictionaryFiles,
  { areConflictsKnown = false, ...choice }: LexiconChoice & { readonly areConflictsKnown?: boolean },
): Promise<Lexicon> {
  const files = await readLexiconFiles(source, choice)
  const faults: Fault[] = []
  const tables = readTables(files, choice, faults)
  // Conflicts between rows of which some were left out would only confuse.
  refuseFaults(faults.length > 0 || areConflictsKnown ? faults : listConflicts(tables))
  return Object.freeze({
    language: choice.language,
    terminology: choice.terminology,
    sha256: files.sha256,
    files: Object.freeze([...files.files.keys()]),
    tables: Object.freeze(tables),
    ...toLookups(tables),
  })
}

function readTables({ files }: LexiconFiles, choice: LexiconChoice, faults: Fault[]): LexiconTables {
  const wordsBySet = new Map<string, readonly string[]>()
  const listWords = (set: string): readonly string[] | undefined => wordsBySet.get(set)
  const read = <Row extends LexiconRow>(name: TableName, table: Table<Row>): readonly Row[] => {
    const [base = [], over = []] = [{ language: choice.language }, choice].map((part) => {
      const file = toFileName(name, part)
      const bytes = files.get(file)
      return bytes === undefined ? [] : readTable(table, { file, bytes, listWords, faults })
    })
    return replaceRows(table, base, over)
  }
  const words = files.get(toWordsName(choice.language))
  const wordSets: readonly WordSet[] = read('word-sets', WORD_SETS)
  for (const { set, words } of wordSets) wordsBySet.set(set, words.map(normaliseTerm))
  return {
    wordSets,
    abbreviations: read('abbreviations', ABBREVIATIONS),
    qualifiers: read('qualifiers', QUALIFIERS),
    paraphrases: read('paraphrases', PARAPHRASES),
    equivalences: read('equivalences', EQUIVALENCES),
    directions: read('directions', DIRECTION_PHRASES),
    opposites: read('opposites', OPPOSITES),
    medicines: read('medicines', MEDICINES),
    procedures: read('procedures', PROCEDURES),
    analytes: read('analytes', ANALYTES),
    symptoms: read('symptoms', SYMPTOMS),
    words: Object.freeze(words === undefined ? [] : parseWordsFile(words)),
  }
}

function replaceRows<Row extends LexiconRow>(
  table: Table<Row>,
  base: readonly Row[],
  over: readonly Row[],
): readonly Row[] {
  if (over.length === 0) return Object.freeze(base)
  const replaced = new Set(over.map((row) => table.toKey(row)))
  return Object.freeze([...base.filter((row) => !replaced.has(table.toKey(row))), ...over])
}

const PLACES_TOLD = 8

function refuseFaults(faults: readonly Fault[]): void {
  const [first, ...others] = faults
  if (first === undefined) return
  const places = others.slice(0, PLACES_TOLD).map(({ where }) => where)
  const more = others.length > PLACES_TOLD ? ' …' : ''
  const also = others.length === 0 ? '' : `; ${others.length} more: ${places.join(', ')}${more}`
  throw new AecoderError('DICTIONARY_DAMAGED', {
    where: first.where,
    found: `${first.found}${also}`,
    expected: first.expected,
    action: 'Correct the rows; dictionaries/lexicon/README.md says what each table means',
  })
}
