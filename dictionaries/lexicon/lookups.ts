/** Finding rows of a checked lexicon. Knows keys and patterns; knows nothing of where rows come from. */
import { normaliseTerm } from '../text/normalise.ts'
import type { Lexicon, LexiconTables } from './lexicon.ts'
import { toOpposites } from './opposites.ts'
import { isPattern, toMarkKey, toWholePattern } from './patterns.ts'
import { toWordGroups } from './word-groups.ts'

type Lookups = Omit<Lexicon, 'language' | 'terminology' | 'sha256' | 'files' | 'tables'>

export function toLookups(tables: LexiconTables): Lookups {
  const readings = Map.groupBy(tables.abbreviations, ({ abbreviation }) => toMarkKey(abbreviation))
  const sets = new Map(tables.wordSets.map(({ set, words }) => [set, Object.freeze(words.map(normaliseTerm))]))
  const medicines = new Map(tables.medicines.map((row) => [normaliseTerm(row.name), row]))
  const procedures = new Map(tables.procedures.map((row) => [normaliseTerm(row.name), row]))
  const analytes = Map.groupBy(
    tables.analytes.flatMap((row) =>
      [...new Set([row.analyte, ...row.names].map(normaliseTerm))].map((key) => ({ key, row })),
    ),
    ({ key }) => key,
  )
  let ownWords: ReadonlySet<string> | undefined
  const analyteWords = new Set([...analytes.keys()].flatMap((key) => key.split(' ')))
  return {
    listReadings: (abbreviation) => readings.get(toMarkKey(abbreviation)) ?? [],
    listWords: (set) => sets.get(set) ?? [],
    findQualifier: toPhraseFinder(tables.qualifiers),
    findDirection: toPhraseFinder(tables.directions),
    toCommonKey: toWordGroups(tables.equivalences).toCommonKey,
    findOpposition: toOpposites(tables.opposites).find,
    findMedicine: (name) => medicines.get(normaliseTerm(name)),
    findProcedure: (name) => procedures.get(normaliseTerm(name)),
    isAnalyteWord: (word) => analyteWords.has(word),
    isWord: (word) => {
      ownWords ??= toOwnWords(tables) // few verbatims ask
      return ownWords.has(word)
    },
    listAnalytes: (name) => analytes.get(normaliseTerm(name))?.map(({ row }) => row) ?? [],
  }
}

/** The known words, and those by which rows explain others; none that a row calls a misspelling. */
function toOwnWords(tables: LexiconTables): ReadonlySet<string> {
  const texts = [
    ...tables.paraphrases.map(({ medical }) => medical),
    ...tables.equivalences.flatMap(({ word, sameAs, kind }) => (kind === 'spelling' ? [sameAs] : [word, sameAs])),
    ...tables.opposites.flatMap(({ one, other, kind }) => (kind === 'word' ? [one, other] : [])),
    ...tables.abbreviations.map(({ reading }) => reading),
    ...tables.medicines.map(({ name }) => name),
    ...tables.procedures.map(({ name }) => name),
    ...tables.analytes.map(({ analyte }) => analyte),
  ]
  const misspelt = new Set(
    tables.equivalences.flatMap(({ word, kind }) => (kind === 'spelling' ? [normaliseTerm(word)] : [])),
  )
  const words = [...tables.words, ...texts.flatMap((text) => normaliseTerm(text).split(' '))]
  return new Set(words.filter((word) => !misspelt.has(word)))
}

/** A phrase as written comes before a pattern that fits it; of several patterns, the longest comes first. */
function toPhraseFinder<Row extends { readonly phrase: string }>(
  rows: readonly Row[],
): (text: string) => Row | undefined {
  const rowByPhrase = new Map(rows.map((row) => [toMarkKey(row.phrase), row]))
  const patterns = rows
    .filter(({ phrase }) => isPattern(phrase))
    .sort((one, other) => other.phrase.length - one.phrase.length)
    .map((row) => ({ row, pattern: toWholePattern(row.phrase) }))
  return (text) => {
    const key = toMarkKey(text)
    return rowByPhrase.get(key) ?? patterns.find(({ pattern }) => pattern.test(key))?.row
  }
}
