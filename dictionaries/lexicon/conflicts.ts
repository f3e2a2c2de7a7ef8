/**
 * What the rows of a lexicon must not say together. Knows all tables; each rule names both rows it sets against each
 * other. Rules look at the language's rows and the terminology's as they are used: replaced rows are out of it.
 */
import { normaliseTerm } from '../text/normalise.ts'
import { findOverlap } from './contexts.ts'
import type {
  AbbreviationReading,
  Analyte,
  DirectionPhrase,
  LexiconRow,
  LexiconTables,
  Medicine,
  OppositePair,
  Paraphrase,
  Procedure,
  Qualifier,
} from './lexicon.ts'
import { toOpposites } from './opposites.ts'
import { isPattern, toMarkKey, toWholePattern } from './patterns.ts'
import type { Fault } from './tsv.ts'
import { toWordGroups } from './word-groups.ts'

/** Every conflict, table by table; none in a lexicon that may be used. */
export function listConflicts(tables: LexiconTables): readonly Fault[] {
  return [
    ...listReadingConflicts(tables.abbreviations),
    ...listTwoSided<Qualifier>(tables.qualifiers, 'effect', ({ effect }) => effect),
    ...listTwoSided<DirectionPhrase>(tables.directions, 'direction', ({ direction }) => direction),
    ...listTwoMedicalSides(tables.paraphrases),
    ...listOppositeParaphrases(tables),
    ...listOppositeEquivalences(tables),
    ...listTwoKinds(tables.medicines, tables.procedures),
    ...listSharedNames(tables.analytes),
    ...listShortAffixes(tables.opposites),
  ]
}

/** A reading that may be taken everywhere has no other beside it, and two readings are never allowed by one thing. */
function listReadingConflicts(rows: readonly AbbreviationReading[]): readonly Fault[] {
  const faults: Fault[] = []
  for (const readings of Map.groupBy(rows, ({ abbreviation }) => toMarkKey(abbreviation)).values()) {
    for (const [index, later] of readings.entries()) {
      for (const earlier of readings.slice(0, index)) {
        const overlap = findOverlap(earlier.context, later.context)
        if (overlap === undefined) continue
        faults.push({
          where: later.where,
          found: `"${later.abbreviation}" reads "${later.reading}", and "${earlier.reading}" at ${earlier.where}; both are allowed by "${overlap}"`,
          expected: 'readings that what stands around can tell apart, or "ask"',
        })
      }
    }
  }
  return faults
}

/** One phrase, or a phrase and a pattern that fits it, with two answers. */
function listTwoSided<Row extends LexiconRow & { readonly phrase: string }>(
  rows: readonly Row[],
  column: string,
  toAnswer: (row: Row) => string,
): readonly Fault[] {
  const faults: Fault[] = []
  const refuse = (row: Row, other: Row): void => {
    faults.push({
      where: row.where,
      found: `"${row.phrase}" with the ${column} ${toAnswer(row)}, and "${other.phrase}" with ${toAnswer(other)} at ${other.where}`,
      expected: `one ${column} for one phrase`,
    })
  }
  const firstByKey = new Map<string, Row>()
  for (const row of rows) {
    const key = toMarkKey(row.phrase)
    const first = firstByKey.get(key)
    if (first === undefined) firstByKey.set(key, row)
    else if (toAnswer(first) !== toAnswer(row)) refuse(row, first)
  }
  for (const patternRow of rows.filter(({ phrase }) => isPattern(phrase))) {
    const pattern = toWholePattern(patternRow.phrase)
    for (const [key, row] of firstByKey) {
      if (!isPattern(key) && pattern.test(key) && toAnswer(row) !== toAnswer(patternRow)) refuse(row, patternRow)
    }
  }
  return faults
}

function listTwoMedicalSides(rows: readonly Paraphrase[]): readonly Fault[] {
  const firstByLay = new Map<string, Paraphrase>()
  return rows.flatMap((row) => {
    const first = firstByLay.get(normaliseTerm(row.lay))
    if (first === undefined) firstByLay.set(normaliseTerm(row.lay), row)
    if (first === undefined || normaliseTerm(first.medical) === normaliseTerm(row.medical)) return []
    return {
      where: row.where,
      found: `"${row.lay}" is "${row.medical}", and "${first.medical}" at ${first.where}`,
      expected: 'one medical side for one lay phrase; leave out what has two meanings',
    }
  })
}

function listOppositeParaphrases({ paraphrases, opposites }: LexiconTables): readonly Fault[] {
  const { find } = toOpposites(opposites)
  return paraphrases.flatMap(({ where, lay, medical }) => {
    const pair = find(lay, medical)
    return pair === undefined ? [] : { where, ...toOppositeFault(`"${lay}" is "${medical}"`, pair) }
  })
}

/** Over any number of rows: a = b, b = c joins a and c. */
function listOppositeEquivalences({ equivalences, opposites }: LexiconTables): readonly Fault[] {
  const groups = toWordGroups(equivalences)
  const { find } = toOpposites(opposites)
  const faults = groups.circular.map(({ where, word, sameAs }) => ({
    where,
    found: `"${word}" is explained by "${sameAs}", and that in the end by "${word}"`,
    expected: 'rows that lead to one common word',
  }))
  for (const { words, rows } of groups.list()) {
    for (const [index, later] of words.entries()) {
      for (const earlier of words.slice(0, index)) {
        const pair = find(earlier, later)
        if (pair === undefined) continue
        const mentioned = rows.filter(({ word, sameAs }) =>
          [word, sameAs].some((text) => text === earlier || text === later),
        )
        const where = mentioned.at(-1)?.where ?? 'equivalences'
        const by = mentioned.map((row) => row.where).join(', ')
        faults.push({ where, ...toOppositeFault(`"${earlier}" and "${later}" are joined (${by})`, pair) })
      }
    }
  }
  return faults
}

function toOppositeFault(found: string, { one, other, where }: OppositePair): Omit<Fault, 'where'> {
  return { found, expected: `what ${where} keeps apart (${one}, ${other}) to stay apart` }
}

function listTwoKinds(medicines: readonly Medicine[], procedures: readonly Procedure[]): readonly Fault[] {
  const procedureByKey = new Map(procedures.map((row) => [normaliseTerm(row.name), row]))
  return medicines.flatMap(({ name, where }) => {
    const procedure = procedureByKey.get(normaliseTerm(name))
    if (procedure === undefined) return []
    return {
      where,
      found: `"${name}" is a medicine, and a procedure at ${procedure.where}`,
      expected: 'one of the two',
    }
  })
}

/** A name leads to one analyte per specimen. */
function listSharedNames(analytes: readonly Analyte[]): readonly Fault[] {
  const firstByName = new Map<string, Analyte>()
  return analytes.flatMap((row) =>
    [row.analyte, ...row.names].flatMap((name) => {
      const key = `${normaliseTerm(name)}\t${row.specimen}`
      const first = firstByName.get(key)
      if (first === undefined) firstByName.set(key, row)
      if (first === undefined || first.analyte === row.analyte) return []
      return {
        where: row.where,
        found: `"${name}" names "${row.analyte}", and "${first.analyte}" at ${first.where}`,
        expected: 'one analyte for one name and specimen',
      }
    }),
  )
}

/** A beginning or ending of a letter or two would keep apart whatever differs by chance. */
function listShortAffixes(pairs: readonly OppositePair[]): readonly Fault[] {
  return pairs
    .filter(
      ({ one, other, kind }) => kind !== 'word' && (/[^a-z]/i.test(one + other) || one.length < 2 || other.length < 2),
    )
    .map(({ where, one, other, kind }) => ({
      where,
      found: `the ${kind} pair ${one}, ${other}`,
      expected: 'two letters or more on each side, without hyphens',
    }))
}
