/** aecoder as a program of the bench: the whole of autocoding, every gate included. */
import { join } from 'node:path'
import { readLexicon } from '../../../dictionaries/lexicon/read-lexicon.ts'
import { autocode } from '../../../pipeline/autocode/autocode.ts'
import { toAutocoder } from '../../../pipeline/autocode/autocoder.ts'
import { loadSparingly } from '../../../pipeline/run-memory.ts'
import { openDictionaryFolder } from '../../../pipeline/storage/dictionary-files.ts'
import { toBenchDictionary } from './bench-dictionary.ts'
import { serveMatcher } from './serve.ts'

const LEXICON = join(import.meta.dirname, '..', '..', '..', 'dictionaries', 'lexicon')

await serveMatcher({
  build: (rows) =>
    loadSparingly(async () => {
      const coder = toAutocoder({
        dictionary: toBenchDictionary(rows),
        lexicon: await readLexicon(openDictionaryFolder(LEXICON), {
          language: 'en',
          terminology: 'meddra',
          areConflictsKnown: true,
        }),
      })
      coder.prepare()
      return (query, domain) => {
        const { coding, confidence, candidates } = autocode(query, coder, domain)
        return {
          // Their order is what counts: of a compound verbatim each event's first candidate comes before the others.
          hits: candidates.map(({ path }, place) => ({ id: path.at(-1)?.code ?? '', score: -place })),
          auto: coding !== null,
          confidence,
        }
      }
    }),
})
