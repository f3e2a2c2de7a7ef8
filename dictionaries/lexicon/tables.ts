/** The tables' columns and what may stand in them. Knows one row at a time; what rows say together: conflicts.ts. */
import { foldVerbatim } from '../text/fold.ts'
import { normaliseTerm } from '../text/normalise.ts'
import { CONTEXT_GRAMMAR, parseContext } from './contexts.ts'
import {
  type AbbreviationReading,
  type Analyte,
  DIRECTION_KINDS,
  DIRECTIONS,
  type DiagnosisSymptoms,
  type DirectionPhrase,
  EQUIVALENCE_KINDS,
  type Equivalence,
  type LexiconRow,
  MEDICINE_KINDS,
  type Medicine,
  OPPOSITE_KINDS,
  type OppositePair,
  type Paraphrase,
  type Procedure,
  QUALIFIER_CLASSES,
  QUALIFIER_EFFECTS,
  type Qualifier,
  type WordSet,
} from './lexicon.ts'
import { toPairKey } from './opposites.ts'
import { toMarkKey } from './patterns.ts'

/** A row's cells by the names of their columns, none of them empty. */
export interface Cells {
  readonly row: LexiconRow
  get(column: string): string
  /** The cell as one of the values; the first of them, and a fault, where it is none. */
  getOneOf<Value extends string>(column: string, values: readonly Value[]): Value
  /** Notes what is wrong with the row, which is then left out. */
  refuse(found: string, expected: string): void
  /** Match keys of a set of words that was read before. */
  listWords(set: string): readonly string[] | undefined
}

export interface Table<Row extends LexiconRow> {
  readonly columns: readonly string[]
  toRow(cells: Cells): Row
  /** Rows of a terminology replace those of the language that have the same key. */
  toKey(row: Row): string
  /** Two rows of one file never have the same. */
  toIdentity(row: Row): string
}

export const WORD_SETS: Table<WordSet> = {
  columns: ['set', 'words', 'reason'],
  toRow: (cells) => ({ ...cells.row, set: cells.get('set'), words: toList(cells, 'words', '|') }),
  toKey: ({ set }) => set,
  toIdentity: ({ set }) => set,
}

export const SYMPTOMS: Table<DiagnosisSymptoms> = {
  columns: ['diagnosis', 'symptoms', 'reason'],
  toRow: (cells) => ({ ...cells.row, diagnosis: cells.get('diagnosis'), symptoms: toList(cells, 'symptoms', '|') }),
  toKey: ({ diagnosis }) => normaliseTerm(diagnosis),
  toIdentity: ({ diagnosis }) => normaliseTerm(diagnosis),
}

export const ABBREVIATIONS: Table<AbbreviationReading> = {
  columns: ['abbreviation', 'reading', 'context', 'reason'],
  toRow(cells) {
    const context = parseContext(cells.get('context'), (set) => cells.listWords(set))
    const isWrong = context.kind === 'wrong'
    if (isWrong) cells.refuse(`context ${context.problem}`, CONTEXT_GRAMMAR)
    const [abbreviation, reading] = [cells.get('abbreviation'), cells.get('reading')]
    return { ...cells.row, abbreviation, reading, context: isWrong ? { kind: 'ask' } : context }
  },
  toKey: ({ abbreviation }) => toMarkKey(abbreviation),
  toIdentity: ({ abbreviation, reading }) => `${toMarkKey(abbreviation)} = ${normaliseTerm(reading)}`,
}

export const QUALIFIERS: Table<Qualifier> = {
  columns: ['phrase', 'class', 'effect', 'reason'],
  toRow: (cells) => ({
    ...cells.row,
    phrase: cells.get('phrase'),
    class: cells.getOneOf('class', QUALIFIER_CLASSES),
    effect: cells.getOneOf('effect', QUALIFIER_EFFECTS),
  }),
  toKey: ({ phrase }) => toMarkKey(phrase),
  // The same phrase twice with one effect is a repeat; with two, a conflict that is told as such.
  toIdentity: ({ phrase, effect }) => `${toMarkKey(phrase)}: ${effect}`,
}

export const PARAPHRASES: Table<Paraphrase> = {
  columns: ['lay', 'medical', 'reason'],
  toRow: (cells) => ({ ...cells.row, lay: cells.get('lay'), medical: cells.get('medical') }),
  toKey: ({ lay }) => normaliseTerm(lay),
  toIdentity: ({ lay, medical }) => `${foldVerbatim(lay)} = ${normaliseTerm(medical)}`,
}

export const EQUIVALENCES: Table<Equivalence> = {
  columns: ['word', 'same_as', 'kind', 'reason'],
  toRow(cells) {
    const [word, sameAs] = [cells.get('word'), cells.get('same_as')]
    if (normaliseTerm(word) === normaliseTerm(sameAs)) {
      cells.refuse(`"${word}" and "${sameAs}", which have one match key already`, 'two words that differ')
    }
    return { ...cells.row, word, sameAs, kind: cells.getOneOf('kind', EQUIVALENCE_KINDS) }
  },
  toKey: ({ word }) => normaliseTerm(word),
  toIdentity: ({ word }) => normaliseTerm(word),
}

export const DIRECTION_PHRASES: Table<DirectionPhrase> = {
  columns: ['phrase', 'direction', 'kind', 'reason'],
  toRow: (cells) => ({
    ...cells.row,
    phrase: cells.get('phrase'),
    direction: cells.getOneOf('direction', DIRECTIONS),
    kind: cells.getOneOf('kind', DIRECTION_KINDS),
  }),
  toKey: ({ phrase }) => toMarkKey(phrase),
  toIdentity: ({ phrase, direction }) => `${toMarkKey(phrase)}: ${direction}`,
}

export const OPPOSITES: Table<OppositePair> = {
  columns: ['one', 'other', 'kind', 'reason'],
  toRow(cells) {
    const [one, other] = [cells.get('one'), cells.get('other')]
    if (normaliseTerm(one) === normaliseTerm(other)) {
      cells.refuse(`"${one}" and "${other}", which have one match key`, 'two words that can be told apart')
    }
    return { ...cells.row, one, other, kind: cells.getOneOf('kind', OPPOSITE_KINDS) }
  },
  toKey: toOppositeKey,
  toIdentity: toOppositeKey,
}

export const MEDICINES: Table<Medicine> = {
  columns: ['name', 'kind', 'reason'],
  toRow: (cells) => ({ ...cells.row, name: cells.get('name'), kind: cells.getOneOf('kind', MEDICINE_KINDS) }),
  toKey: ({ name }) => normaliseTerm(name),
  toIdentity: ({ name }) => foldVerbatim(name),
}

export const PROCEDURES: Table<Procedure> = {
  columns: ['name', 'reason'],
  toRow: (cells) => ({ ...cells.row, name: cells.get('name') }),
  toKey: ({ name }) => normaliseTerm(name),
  toIdentity: ({ name }) => foldVerbatim(name),
}

export const ANALYTES: Table<Analyte> = {
  columns: ['analyte', 'names', 'specimen', 'reason'],
  toRow: (cells) => ({
    ...cells.row,
    analyte: cells.get('analyte'),
    names: toList(cells, 'names', ';'),
    specimen: cells.get('specimen'),
  }),
  toKey: ({ analyte }) => normaliseTerm(analyte),
  toIdentity: ({ analyte, specimen }) => `${foldVerbatim(analyte)} (${foldVerbatim(specimen)})`,
}

function toOppositeKey({ one, other, kind }: OppositePair): string {
  return `${kind} ${toPairKey(normaliseTerm(one), normaliseTerm(other))}`
}

/** The parts of a list in one cell, none of them empty. */
function toList(cells: Cells, column: string, separator: string): readonly string[] {
  const parts = cells
    .get(column)
    .split(separator)
    .map((part) => part.trim())
  if (parts.includes('')) cells.refuse(`an empty part in ${column}`, `names parted by "${separator}"`)
  return Object.freeze(parts)
}
