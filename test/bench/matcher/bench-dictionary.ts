/** The dictionary of the bench: concepts and their names and nothing above them, in memory. Reading one is not what is measured. */
import type { IndexedTexts, Term } from '../../../dictionaries/dictionary.ts'
import { foldVerbatim } from '../../../dictionaries/text/fold.ts'
import { normaliseTerm } from '../../../dictionaries/text/normalise.ts'
import { TermIndex } from '../../../dictionaries/text/term-index.ts'
import { TextGroups } from '../../../dictionaries/text/text-groups.ts'
import type { CodingDictionary } from '../../../pipeline/autocode/autocoder.ts'
import type { TermPath } from '../../../schemas/terms.ts'
import type { DictionaryRow } from './serve.ts'

export function toBenchDictionary(rows: readonly DictionaryRow[]): CodingDictionary {
  const numbers = new Map<string, number>()
  const firsts: number[] = []
  const concepts = new Int32Array(rows.length)
  for (const [row, { concept }] of rows.entries()) {
    let number = numbers.get(concept)
    if (number === undefined) {
      number = numbers.size
      numbers.set(concept, number)
      firsts.push(row)
    }
    concepts[row] = number
  }
  const nameAt = (row: number): string => rows[row]?.term ?? ''
  const termAt = (row: number): Term => {
    const code = rows[row]?.concept ?? ''
    return { code, text: nameAt(row), conceptCode: code, isCurrent: true }
  }
  const keys = rows.map(({ term }) => normaliseTerm(term))
  const byFold = new TextGroups(rows.length, (row) => foldVerbatim(nameAt(row)))
  const byNormalised = new TextGroups(rows.length, (row) => normaliseTerm(nameAt(row)), keys)
  const indexed: IndexedTexts = {
    texts: rows.map(({ term }) => term),
    concepts,
    conceptCount: numbers.size,
    index: new TermIndex(keys),
    listTerms: (text) => [{ term: termAt(text) }],
  }
  const findTerm = (code: string): Term | undefined => {
    const first = firsts[numbers.get(code) ?? -1]
    return first === undefined ? undefined : termAt(first)
  }
  return {
    findNode: () => undefined,
    findTerm,
    findPath: (code): TermPath | undefined => {
      const term = findTerm(code)
      return term && [{ level: 'Concept', code, text: term.text }]
    },
    listByFold: (folded) => byFold.listRows(folded).map(termAt),
    listByNormalised: (key) => byNormalised.listRows(key).map(termAt),
    listIndexed: () => indexed,
    listChildren: () => [],
    findProposedReplacement: () => undefined,
  }
}
