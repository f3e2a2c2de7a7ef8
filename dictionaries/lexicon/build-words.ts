/**
 * The command `npm run lexicon:words`: writes the known words of English from the names of OpenAE, which is written in it.
 * Knows files; the rule stands in known-words.ts.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSourceFiles } from '../openae/source-files.ts'
import { readTerminology } from '../openae/terminology.ts'
import { toKnownWords, toWordsFile } from './known-words.ts'

const { concepts } = readTerminology(await readSourceFiles(join(import.meta.dirname, '..', 'openae')))
const words = toKnownWords(
  concepts.flatMap(({ concept }) =>
    [concept, ...concept.terms].map(({ name }) => ({ text: name, concept: concept.name })),
  ),
)
const file = join(import.meta.dirname, 'en', 'words.txt')
await writeFile(file, toWordsFile(words))
console.log(`${words.length} words → ${file}`)
