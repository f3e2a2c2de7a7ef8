/** aecoder as a program of the bench: the whole of autocoding, every gate included. */
import { join } from 'node:path'
import { readLexicon } from '../../../dictionaries/lexicon/read-lexicon.ts'
import { autocode } from '../../../pipeline/autocode/autocode.ts'
import { toAutocoder } from '../../../pipeline/autocode/autocoder.ts'
import { loadSparingly, toMemoryKeeper } from '../../../pipeline/run-memory.ts'
import { openFolder } from '../../../pipeline/storage/folder.ts'
import { toBenchDictionary } from './bench-dictionary.ts'
import { serveMatcher } from './serve.ts'

// The folder alone: reading zips, which `openDictionaryFolder` brings along, is no part of matching.
const lexicon = openFolder(join(import.meta.dirname, '..', '..', '..', 'dictionaries', 'lexicon'))
// As a run of aecoder does.
const keepMemorySmall = toMemoryKeeper()

// The outer one for the rows, which are read before `build`; the inner one ends the sparing with the building.
await loadSparingly(() =>
  serveMatcher({
    build: (rows) =>
      loadSparingly(async () => {
        const coder = toAutocoder({
          dictionary: toBenchDictionary(rows),
          lexicon: await readLexicon(
            { where: lexicon.where, list: () => lexicon.list(), open: (name) => lexicon.read(name) },
            { language: 'en', terminology: 'meddra', areConflictsKnown: true },
          ),
        })
        coder.prepare()
        return (query, domain) => {
          keepMemorySmall()
          const { coding, confidence, candidates } = autocode(query, coder, domain)
          return {
            // Their order is what counts: of a compound verbatim each event's first candidate comes before the others.
            hits: candidates.map(({ path }, place) => ({ id: path.at(-1)?.code ?? '', score: -place })),
            auto: coding !== null,
            confidence,
          }
        }
      }),
  }),
)
