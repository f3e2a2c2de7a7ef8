/**
 * The lexicon's phrases, ready to be met in a verbatim. Knows atoms and rows; knows no dictionary and no decision.
 */
import type {
  AbbreviationReading,
  Analyte,
  DirectionPhrase,
  Equivalence,
  Lexicon,
  LexiconRow,
  Medicine,
  Paraphrase,
  Procedure,
  Qualifier,
} from '../../dictionaries/lexicon/lexicon.ts'
import { toWordGroups } from '../../dictionaries/lexicon/word-groups.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import { toWordDistance } from '../../dictionaries/text/word-distance.ts'
import { type Atom, toAtomKeys } from './atoms.ts'

/** A row of the lexicon as it may be met. */
export type Entry =
  | { readonly kind: 'abbreviation'; readonly row: AbbreviationReading }
  | { readonly kind: 'qualifier'; readonly row: Qualifier }
  | { readonly kind: 'direction'; readonly row: DirectionPhrase }
  | { readonly kind: 'paraphrase'; readonly row: Paraphrase }
  | { readonly kind: 'equivalence'; readonly row: Equivalence; readonly others: readonly string[] }
  | { readonly kind: 'analyte'; readonly row: Analyte }
  | { readonly kind: 'medicine'; readonly row: Medicine }
  | { readonly kind: 'procedure'; readonly row: Procedure }
  /** A word or phrase of a set. */
  | { readonly kind: 'word-set'; readonly set: string }

export interface Phrase {
  /** Keys of its atoms; `#` stands for a number, `*` for one word. */
  readonly keys: readonly string[]
  readonly entry: Entry
}

/** A phrase where it stands: atoms `from` to `to` (exclusive). */
export interface Met {
  readonly from: number
  readonly to: number
  readonly entry: Entry
}

const ANY = '*'
const NUMBER = '#'

/** Sets of the lexicon that say how a verbatim is built. */
const SETS = ['circumstance', 'action', 'seen-by', 'trial-talk', 'body-site', 'unit'] as const
export type SetName = (typeof SETS)[number]

const MOST_REMEMBERED = 10_000
const MONTHS =
  'jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december'

export class PhraseTable {
  readonly months: ReadonlySet<string> = new Set(MONTHS.split(' '))
  /** Single words of each set. */
  readonly #words: Readonly<Record<SetName, ReadonlySet<string>>>
  readonly #qualifiers: ReadonlyMap<string, Qualifier>
  /** Single words that may be left out, for misspelt ones. */
  readonly #droppable: readonly { readonly key: string; readonly row: Qualifier }[]
  readonly #misspelt = new Map<string, Qualifier | undefined>()
  /** By the key of the first atom, the longest phrases first. */
  readonly #byFirst = new Map<string, Phrase[]>()

  constructor(lexicon: Lexicon) {
    const { tables } = lexicon
    this.#qualifiers = new Map(tables.qualifiers.map((row) => [normaliseTerm(row.phrase), row]))
    this.#droppable = tables.qualifiers.flatMap((row) => {
      const key = normaliseTerm(row.phrase)
      return row.effect === 'drop' && /^\p{L}{5,}$/u.test(key) ? [{ key, row }] : []
    })
    const add = (text: string, entry: Entry): void => {
      const keys = toAtomKeys(text)
      const first = keys[0]
      if (first === undefined) return
      const same = this.#byFirst.get(first)
      if (same === undefined) this.#byFirst.set(first, [{ keys, entry }])
      else same.push({ keys, entry })
    }
    const toWords = (set: SetName): ReadonlySet<string> => {
      const words = lexicon.listWords(set)
      for (const phrase of words.filter((word) => !isSingle(word))) add(phrase, { kind: 'word-set', set })
      return new Set(words.filter(isSingle))
    }
    this.#words = {
      circumstance: toWords('circumstance'),
      action: toWords('action'),
      'seen-by': toWords('seen-by'),
      'trial-talk': toWords('trial-talk'),
      'body-site': toWords('body-site'),
      unit: toWords('unit'),
    }
    for (const row of tables.abbreviations) add(row.abbreviation, { kind: 'abbreviation', row })
    for (const row of tables.qualifiers) add(row.phrase, { kind: 'qualifier', row })
    for (const row of tables.directions) add(row.phrase, { kind: 'direction', row })
    for (const row of tables.paraphrases) add(row.lay, { kind: 'paraphrase', row })
    for (const row of tables.medicines) add(row.name, { kind: 'medicine', row })
    for (const row of tables.procedures) add(row.name, { kind: 'procedure', row })
    for (const row of tables.analytes)
      for (const name of [row.analyte, ...row.names]) add(name, { kind: 'analyte', row })
    for (const { words, rows } of toWordGroups(tables.equivalences).list())
      for (const word of words) {
        const row = rows.find((each) => each.word === word || each.sameAs === word) ?? rows[0]
        if (row !== undefined) add(word, { kind: 'equivalence', row, others: words.filter((other) => other !== word) })
      }
    for (const phrases of this.#byFirst.values())
      if (phrases.length > 1) phrases.sort((a, b) => b.keys.length - a.keys.length)
  }

  isIn(set: SetName, key: string): boolean {
    return this.#words[set].has(key)
  }

  /** Which atoms are a word of a set, or part of a phrase of it. */
  markSet(set: SetName, atoms: readonly Atom[], met: readonly Met[]): Uint8Array {
    const flags = new Uint8Array(atoms.length)
    const words = this.#words[set]
    for (let i = 0; i < atoms.length; i += 1) if (words.has((atoms[i] as Atom).key)) flags[i] = 1
    for (const { from, to, entry } of met) if (entry.kind === 'word-set' && entry.set === set) flags.fill(1, from, to)
    return flags
  }

  /** The row of a whole phrase, normalised. */
  findQualifier(key: string): Qualifier | undefined {
    return this.#qualifiers.get(key)
  }

  /** The row of a word that may be left out, which this one is cut from ("intermit") or one slip away from ("resolvd"). */
  findMisspeltQualifier(key: string): Qualifier | undefined {
    if (this.#misspelt.has(key)) return this.#misspelt.get(key)
    const found = this.#droppable.find(
      (each) =>
        each.key.length >= key.length - 1 &&
        (each.key.length > key.length + 1 ? each.key.startsWith(key) : toWordDistance(key, each.key, 1) <= 1),
    )
    if (this.#misspelt.size >= MOST_REMEMBERED) this.#misspelt.clear()
    this.#misspelt.set(key, found?.row)
    return found?.row
  }

  /** Every phrase that stands in the text, by where it begins, longer ones first. */
  listMet(atoms: readonly Atom[]): readonly Met[] {
    const met: Met[] = []
    for (let from = 0; from < atoms.length; from += 1) {
      const atom = atoms[from] as Atom
      this.#addMet(met, atoms, { from, first: atom.key })
      if (atom.kind === 'number') this.#addMet(met, atoms, { from, first: NUMBER })
    }
    return met
  }

  #addMet(met: Met[], atoms: readonly Atom[], { from, first }: { from: number; first: string }): void {
    const phrases = this.#byFirst.get(first)
    if (phrases === undefined) return
    for (const { keys, entry } of phrases) {
      if (from + keys.length > atoms.length) continue
      let i = 1
      while (i < keys.length && fits(keys[i] as string, atoms[from + i] as Atom)) i += 1
      if (i === keys.length) met.push({ from, to: from + keys.length, entry })
    }
  }
}

function fits(key: string, atom: Atom): boolean {
  return key === atom.key || (key === NUMBER && atom.kind === 'number') || (key === ANY && atom.kind !== 'sign')
}

/** One run of letters: what a set looks up without looking at what stands around. */
function isSingle(word: string): boolean {
  return /^\p{L}+$/u.test(word)
}

/** Where a row stands and why it may be relied upon, for an explanation. */
export function toGrounds({ where, reason }: LexiconRow): string {
  return `${where}: ${reason}`
}
