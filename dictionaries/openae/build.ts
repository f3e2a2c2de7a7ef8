/**
 * The command that builds OpenAE: `npm run dictionary:build`, with `-- --check` to compare only.
 * Knows files and exit codes; the rules stand in the modules beside it.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toAsciiFiles } from './ascii-layout.ts'
import { LEDGER_FILE, parseLedger, toCurrentVersion, withLastCode } from './code-ledger.ts'
import { issueQueryCodes, QUERIES_FILE } from './queries.ts'
import { readSourceFiles } from './source-files.ts'
import { issueCodes } from './source-format.ts'
import { readTerminology, type SourceFiles, type Terminology } from './terminology.ts'

/** More than a page is not read; the rest shows after the next build. */
const MOST_FAULTS_SHOWN = 50

const { values: options } = parseArgs({
  options: {
    /** Changes nothing; exit code 1 when the built files are not those of the sources. */
    check: { type: 'boolean', default: false },
    /** The folder that holds `source/`, `codes.txt` and one folder for each version. */
    folder: { type: 'string', default: import.meta.dirname },
  },
})

try {
  process.exitCode = options.check ? await check(options.folder) : await build(options.folder)
} catch (error) {
  if (!(error instanceof AggregateError)) throw error
  for (const fault of error.errors.slice(0, MOST_FAULTS_SHOWN)) console.error(String(fault.message))
  console.error(`${error.errors.length} to correct; nothing was built`)
  process.exitCode = 1
}

/** Issues missing codes, writes them into the sources, then writes the built files. */
async function build(folder: string): Promise<number> {
  const written = await readSourceFiles(folder)
  const { files, issued } = withAllCodes(written)
  // Before anything is written, so that a source with a fault stays as its author left it.
  const terminology = readTerminology(files)
  if (issued > 0) {
    for (const [name, text] of files.systems) await writeFile(join(folder, 'source', name), text)
    await writeFile(join(folder, QUERIES_FILE), files.queries)
    await writeFile(join(folder, LEDGER_FILE), files.ledger)
  }
  const { version } = toCurrentVersion(terminology.ledger)
  await mkdir(join(folder, version), { recursive: true })
  for (const [name, text] of toAsciiFiles(terminology)) await writeFile(join(folder, version, name), text)
  console.log(`OpenAE ${version}: ${toCounts(terminology)}; ${issued} new codes → ${join(folder, version)}`)
  return 0
}

async function check(folder: string): Promise<number> {
  const terminology = readTerminology(await readSourceFiles(folder))
  const { version } = toCurrentVersion(terminology.ledger)
  const built = toAsciiFiles(terminology)
  const present = await readdir(join(folder, version)).catch(() => [])
  const problems = present.filter((name) => !built.has(name)).map((name) => `${name}: no file of this build; remove it`)
  for (const [name, text] of built) {
    const found = await readFile(join(folder, version, name)).catch(() => undefined)
    if (found === undefined) problems.push(`${name}: not there; run "npm run dictionary:build"`)
    else if (!found.equals(Buffer.from(text))) {
      problems.push(`${name}: not what the sources give; run "npm run dictionary:build"`)
    }
  }
  for (const problem of problems) console.error(`${version}/${problem}`)
  if (problems.length === 0) console.log(`OpenAE ${version}: ${toCounts(terminology)}; built files are up to date`)
  return problems.length === 0 ? 0 : 1
}

function withAllCodes(written: SourceFiles): { files: SourceFiles; issued: number } {
  const ledger = parseLedger(written.ledger, [])
  const first = (ledger.versions.at(-1)?.last ?? 0) + 1
  let next = first
  const systems = new Map<string, string>()
  for (const [name, text] of written.systems) {
    const coded = issueCodes(text, next)
    systems.set(name, coded.source)
    next = coded.next
  }
  const queries = issueQueryCodes(written.queries, next)
  next = queries.next
  const text = next === first ? written.ledger : withLastCode(written.ledger, next - 1)
  return { files: { ledger: text, queries: queries.source, systems }, issued: next - first }
}

function toCounts({ systems, concepts, queries, replacements }: Terminology): string {
  const terms = concepts.reduce((sum, { concept }) => sum + 1 + concept.terms.length, 0)
  const paths = concepts.reduce((sum, { secondary }) => sum + 1 + secondary.length, 0)
  return `${systems.length} body systems, ${concepts.length} concepts on ${paths} paths, ${terms} terms (${replacements.length} non-current), ${queries.length} standard queries`
}
