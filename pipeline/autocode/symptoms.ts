/**
 * A diagnosis with its symptoms is the diagnosis: pneumonia with fever and cough is pneumonia (MedDRA Term Selection:
 * Points to Consider, on diagnoses reported with signs and symptoms). Knows the lexicon's table of what comes with what;
 * knows no dictionary.
 */
import type { DiagnosisSymptoms, Lexicon } from '../../dictionaries/lexicon/lexicon.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import type { ReadWord } from './reading.ts'

interface Row {
  /** Between blanks. */
  readonly diagnosis: string
  readonly words: ReadonlySet<string>
  readonly row: DiagnosisSymptoms
}

const ROWS = new WeakMap<Lexicon, readonly Row[]>()

function toRows(lexicon: Lexicon): readonly Row[] {
  const known = ROWS.get(lexicon)
  if (known !== undefined) return known
  const rows = lexicon.tables.symptoms.map((row) => ({
    diagnosis: toBounded(row.diagnosis),
    words: new Set(row.symptoms.flatMap((symptom) => normaliseTerm(symptom).split(' '))),
    row,
  }))
  ROWS.set(lexicon, rows)
  return rows
}

function toBounded(text: string): string {
  return ` ${normaliseTerm(text)} `
}

/**
 * The row by which all that is said beside a diagnosis is a symptom of it.
 * @param names of the diagnosis: as written, and as the dictionary has it
 * @param others what else is said, each with the ways to read it
 */
export function findSymptomRow(
  names: readonly string[],
  others: readonly (readonly (readonly ReadWord[])[])[],
  lexicon: Lexicon,
): DiagnosisSymptoms | undefined {
  const bounded = names.map(toBounded)
  const rows = toRows(lexicon).filter(({ diagnosis }) => bounded.some((name) => name.includes(diagnosis)))
  const found = rows.find(({ words }) => others.every((readings) => readings.some((each) => isSymptom(each, words))))
  return found?.row
}

/** What a symptom may say beside its own words: how bad, where, since when, how much. */
const BESIDE: ReadonlySet<ReadWord['part']['kind']> = new Set(['stop', 'site', 'value', 'direction'])

function isSymptom(reading: readonly ReadWord[], words: ReadonlySet<string>): boolean {
  return reading.every(
    ({ key, part }) => words.has(key) || BESIDE.has(part.kind) || (part.kind === 'qualifier' && part.effect === 'drop'),
  )
}
