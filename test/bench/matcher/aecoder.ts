/** aecoder as a program of the bench: the whole of autocoding, every gate included, over a dictionary of one level. */
import { TreeDictionary } from '../../../dictionaries/tree/tree-dictionary.ts'
import type { TreeNode } from '../../../dictionaries/tree/tree-node.ts'
import { autocode } from '../../../pipeline/autocode/autocode.ts'
import { toAutocoder } from '../../../pipeline/autocode/autocoder.ts'
import { openLexicon } from '../../../pipeline/coding-kits.ts'
import { type DictionaryRow, serveMatcher } from './serve.ts'

await serveMatcher({
  build: async (rows) => {
    const coder = toAutocoder({ dictionary: toDictionary(rows), lexicon: await openLexicon() })
    coder.prepare()
    return (query) => {
      const { coding, confidence, candidates } = autocode(query, coder)
      return {
        // Their order is what counts: of a compound verbatim each event's first candidate comes before the others.
        hits: candidates.map(({ path }, place) => ({ id: path.at(-1)?.code ?? '', score: -place })),
        auto: coding !== null,
        confidence,
      }
    }
  },
})

function toDictionary(rows: readonly DictionaryRow[]): TreeDictionary {
  const names = new Map<string, string[]>()
  for (const { concept, term, isPreferred } of rows) {
    const known = names.get(concept)
    if (known === undefined) names.set(concept, [term])
    else if (isPreferred) known.unshift(term)
    else known.push(term)
  }
  const nodes = Array.from(
    names,
    ([code, [text = '', ...others]]): TreeNode => ({ level: 'Concept', code, text, names: others, kind: 'assignable', parent: -1, notes: [], limits: undefined }),
  )
  return new TreeDictionary({
    ref: { name: 'bench', version: '1', sha256: '' },
    language: 'English',
    levels: ['Concept'],
    nodes,
    hints: [],
    warnings: [],
  })
}
