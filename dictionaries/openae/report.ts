/**
 * The command `npm run dictionary:report`: what OpenAE holds and where it is thin, as a page of Markdown on standard output.
 * Knows the checked terminology; changes nothing.
 */
import { toCurrentVersion } from './code-ledger.ts'
import { readFamilies } from './families.ts'
import { readSourceFiles } from './source-files.ts'
import { type PlacedConcept, readTerminology, type Terminology } from './terminology.ts'

/** A concept that is found under so few names is likely to be missed. */
const FEWEST_TERMS = 3
/** What is longer than this is written by committees, not by sites. */
const MOST_WORDS = 8
const MOST_CHARACTERS = 60
const LISTED = 200

const terminology = await readChecked()
const { systems, concepts, queries, ledger } = terminology
const bySystem = Map.groupBy(concepts, ({ primary }) => primary.system)
const rows = systems.map((system) => {
  const own = bySystem.get(system) ?? []
  return [
    system.name,
    system.groups.length,
    system.groups.reduce((sum, group) => sum + group.subgroups.length, 0),
    own.length,
    own.reduce((sum, placed) => sum + listTerms(placed).length, 0),
    own.reduce((sum, placed) => sum + placed.secondary.length, 0),
    own.filter(({ concept }) => concept.sex !== undefined).length,
    own.reduce((sum, { concept }) => sum + concept.terms.filter((term) => term.replacement !== undefined).length, 0),
  ]
})
const totals = rows[0]?.map((_, column) =>
  column === 0 ? 'all' : rows.reduce((sum, row) => sum + Number(row[column]), 0),
)
const thin = concepts.filter((placed) => listTerms(placed).length < FEWEST_TERMS)
const odd = concepts.flatMap((placed) => listTerms(placed).filter(isUnlikely))

write(`# OpenAE ${toCurrentVersion(ledger).version}`)
write('## Counts')
writeTable(
  ['body system', 'groups', 'subgroups', 'concepts', 'terms', 'secondary paths', 'one sex only', 'non-current terms'],
  totals === undefined ? rows : [...rows, totals],
)
write(`${queries.length} standard queries.`)
write('## Families')
write('What the lists in families/ ask for, and what of it is a current term. A test fails where one is missing.')
writeTable(['family', 'members', 'terms asked for', 'missing'], listFamilies())
write(`## Concepts with fewer than ${FEWEST_TERMS} terms: ${thin.length}`)
writeList(thin.map(({ concept, primary }) => `${concept.name} (${primary.system.name})`))
write(`## Terms that nobody would type: ${odd.length}`)
write(`More than ${MOST_WORDS} words or ${MOST_CHARACTERS} characters, or signs that people do not use.`)
writeList(odd)

/** Per family its members, the terms it asks for, and how many of them the sources do not hold as current. */
function listFamilies(): (string | number)[][] {
  const current = new Set(
    concepts.flatMap(({ concept }) => [
      concept.name.toLowerCase(),
      ...concept.terms.flatMap(({ name, replacement }) => (replacement === undefined ? [name.toLowerCase()] : [])),
    ]),
  )
  return [...Map.groupBy(readFamilies(import.meta.dirname), ({ family }) => family)].map(([family, wanted]) => [
    family,
    new Set(wanted.map(({ member }) => member)).size,
    wanted.length,
    wanted.filter(({ term }) => !current.has(term.toLowerCase())).length,
  ])
}

async function readChecked(): Promise<Terminology> {
  try {
    return readTerminology(await readSourceFiles(import.meta.dirname))
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    process.stderr.write(`${error.errors.length} faults in the sources: npm run dictionary:build shows them\n`)
    process.exit(1)
  }
}

/** A concept's own name is a term, too. */
function listTerms({ concept }: PlacedConcept): string[] {
  return [concept.name, ...concept.terms.map((term) => term.name)]
}

function isUnlikely(term: string): boolean {
  return term.length > MOST_CHARACTERS || term.split(' ').length > MOST_WORDS || /[()[\]{};:"_*]/.test(term)
}

function write(text: string): void {
  process.stdout.write(`${text}\n\n`)
}

function writeList(entries: readonly string[]): void {
  const more = entries.length > LISTED ? [`and ${entries.length - LISTED} more`] : []
  if (entries.length > 0) write([...entries.slice(0, LISTED), ...more].map((entry) => `- ${entry}`).join('\n'))
}

function writeTable(header: readonly string[], body: readonly (readonly (string | number)[])[]): void {
  const toLine = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  write(
    [toLine(header), toLine(header.map((_, column) => (column === 0 ? '---' : '---:'))), ...body.map(toLine)].join(
      '\n',
    ),
  )
}
