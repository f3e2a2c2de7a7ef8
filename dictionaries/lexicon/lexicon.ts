/**
 * What the lexicon of one language and terminology offers: reviewed words, each with its reason. Knows words of
 * verbatims; knows no dictionary term, no study and no verbatim. README.md says what each table means.
 */
import type { Context } from './contexts.ts'

/** One row of a table. */
export interface LexiconRow {
  /** Where it stands, e.g. `en/qualifiers.tsv:12`. */
  readonly where: string
  /** Why it may be relied upon, in a reviewer's words. */
  readonly reason: string
}

/** One possible reading of an abbreviation; several rows may read the same one. */
export interface AbbreviationReading extends LexiconRow {
  readonly abbreviation: string
  readonly reading: string
  readonly context: Context
}

export const QUALIFIER_CLASSES = [
  'severity',
  'grade',
  'laterality',
  'frequency',
  'onset',
  'course',
  'certainty',
  'causality',
  'duration',
  'subject',
] as const
export type QualifierClass = (typeof QUALIFIER_CLASSES)[number]

/**
 * `drop`: may be left out, but only if no current term carries it with that concept. `keep`: changes the concept.
 * `convention`: the study's coding conventions decide.
 */
export const QUALIFIER_EFFECTS = ['drop', 'keep', 'convention'] as const
export type QualifierEffect = (typeof QUALIFIER_EFFECTS)[number]

/** The phrase may be a pattern: patterns.ts. */
export interface Qualifier extends LexiconRow {
  readonly phrase: string
  readonly class: QualifierClass
  readonly effect: QualifierEffect
}

/** What people say, and the medical words for it. */
export interface Paraphrase extends LexiconRow {
  readonly lay: string
  readonly medical: string
}

export const EQUIVALENCE_KINDS = ['spelling', 'synonym', 'adjective', 'latin', 'plural', 'old-name'] as const
export type EquivalenceKind = (typeof EQUIVALENCE_KINDS)[number]

/** Two words or short phrases that mean the same inside a term, whichever of them stands there. */
export interface Equivalence extends LexiconRow {
  readonly word: string
  readonly sameAs: string
  readonly kind: EquivalenceKind
}

export const DIRECTIONS = [
  'increased',
  'decreased',
  'abnormal',
  'normal',
  'positive',
  'negative',
  'present',
  'absent',
] as const
export type Direction = (typeof DIRECTIONS)[number]
export const DIRECTION_KINDS = ['word', 'symbol', 'ratio'] as const
export type DirectionKind = (typeof DIRECTION_KINDS)[number]

/** How a result or sign is said to have moved or turned out. The phrase may be a pattern. */
export interface DirectionPhrase extends LexiconRow {
  readonly phrase: string
  readonly direction: Direction
  readonly kind: DirectionKind
}

export const OPPOSITE_KINDS = ['word', 'prefix', 'suffix'] as const
export type OppositeKind = (typeof OPPOSITE_KINDS)[number]

/** Two words, or beginnings or endings of words, that must never be taken for one another. */
export interface OppositePair extends LexiconRow {
  readonly one: string
  readonly other: string
  readonly kind: OppositeKind
}

export const MEDICINE_KINDS = ['substance', 'class', 'brand', 'vaccine', 'product'] as const
export type MedicineKind = (typeof MEDICINE_KINDS)[number]

export interface Medicine extends LexiconRow {
  readonly name: string
  readonly kind: MedicineKind
}

export interface Procedure extends LexiconRow {
  readonly name: string
}

/** Something a laboratory or a device measures. */
export interface Analyte extends LexiconRow {
  readonly analyte: string
  /** Other names of it; the analyte itself is not repeated. */
  readonly names: readonly string[]
  readonly specimen: string
}

/** What comes with a diagnosis and needs no code beside it. */
export interface DiagnosisSymptoms extends LexiconRow {
  /** Words that the diagnosis has in its name. */
  readonly diagnosis: string
  readonly symptoms: readonly string[]
}

/** A named list of words that contexts refer to as `@name`. */
export interface WordSet extends LexiconRow {
  readonly set: string
  readonly words: readonly string[]
}

/** The tables, rows in the order of the files, base rows that stayed before rows of the terminology. */
export interface LexiconTables {
  readonly wordSets: readonly WordSet[]
  readonly abbreviations: readonly AbbreviationReading[]
  readonly qualifiers: readonly Qualifier[]
  readonly paraphrases: readonly Paraphrase[]
  readonly equivalences: readonly Equivalence[]
  readonly directions: readonly DirectionPhrase[]
  readonly opposites: readonly OppositePair[]
  readonly medicines: readonly Medicine[]
  readonly procedures: readonly Procedure[]
  readonly analytes: readonly Analyte[]
  readonly symptoms: readonly DiagnosisSymptoms[]
  /** Normalised words that are no misspelling of another: known-words.ts. */
  readonly words: readonly string[]
}

export interface Lexicon {
  readonly language: string
  readonly terminology: string
  /** Over the names, lengths and bytes of the files used, in the order of names. */
  readonly sha256: string
  /** The files used, in the order of names. */
  readonly files: readonly string[]
  readonly tables: LexiconTables
  /** Every reading of an abbreviation, whatever its context; none for an unknown one. */
  listReadings(abbreviation: string): readonly AbbreviationReading[]
  /** The words of a set, as match keys; none for an unknown set. */
  listWords(set: string): readonly string[]
  /** The row whose phrase is the whole text, or whose pattern fits the whole text. */
  findQualifier(text: string): Qualifier | undefined
  /** The row whose phrase is the whole text, or whose pattern fits the whole text. */
  findDirection(text: string): DirectionPhrase | undefined
  /** The match key that all words of one meaning share; the phrase's own key where it has no equivalent. */
  toCommonKey(phrase: string): string
  /** Whether the lexicon keeps two phrases apart, and by which row: opposites.ts. */
  findOpposition(left: string, right: string): OppositePair | undefined
  findMedicine(name: string): Medicine | undefined
  findProcedure(name: string): Procedure | undefined
  /** Whether a normalised word is part of an analyte's name. */
  isAnalyteWord(word: string): boolean
  /** Whether a normalised word is a word of its own, and so no misspelling of another. */
  isWord(word: string): boolean
  /** Analytes of this name, one per specimen; usually one. */
  listAnalytes(name: string): readonly Analyte[]
}
