/**
 * The command that builds OpenAE: `npm run dictionary:build`, with `-- --check` to compare only, with `-- --freeze` once
 * a version is released. Knows files and exit codes; the rules stand in the modules beside it.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AecoderError } from '../../schemas/errors.ts'
import { toAsciiFiles } from './ascii-layout.ts'
import {
  compareVersions,
  LEDGER_FILE,
  type LedgerVersion,
  parseLedger,
  toCurrentVersion,
  withLastCode,
} from './code-ledger.ts'
import { issueQueryCodes, QUERIES_FILE } from './queries.ts'
import { parseReleases, RELEASES_FILE, toFolderHash, withRelease } from './releases.ts'
import { readBuiltFiles, readSourceFiles } from './source-files.ts'
import { type Faults, issueCodes } from './source-format.ts'
import { readTerminology, type SourceFiles, type Terminology } from './terminology.ts'

/** More than a page is not read; the rest shows after the next build. */
const MOST_FAULTS_SHOWN = 50

const { values: options } = parseArgs({
  options: {
    /** Changes nothing; exit code 1 when the built files are not those of the sources. */
    check: { type: 'boolean', default: false },
    /** Writes the hash of the current version into releases.txt; from then on nothing may change it. */
    freeze: { type: 'boolean', default: false },
    /** The folder that holds `source/`, `codes.txt` and one folder for each version. */
    folder: { type: 'string', default: import.meta.dirname },
  },
})

try {
  const act = options.freeze ? freeze : options.check ? check : build
  process.exitCode = await act(options.folder)
} catch (error) {
  const faults: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
  if (!faults.every((fault) => fault instanceof AecoderError)) throw error
  for (const fault of faults.slice(0, MOST_FAULTS_SHOWN)) console.error(fault.message)
  console.error(`${faults.length} to correct; nothing was built`)
  process.exitCode = 1
}

/** Issues missing codes, writes them into the sources, then writes the built files. */
async function build(folder: string): Promise<number> {
  const written = await readSourceFiles(folder)
  await refuseReleased(folder, written)
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
  const current = toCurrentVersion(terminology.ledger)
  const problems = await listDifferences(folder, terminology)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) return 1
  console.log(`OpenAE ${current.version}: ${toCounts(terminology)}; built files are up to date`)
  return 0
}

/** Takes the current version for released: its hash goes into releases.txt, and no build writes it again. */
async function freeze(folder: string): Promise<number> {
  const sources = await readSourceFiles(folder)
  const terminology = readTerminology(sources)
  const { version, date } = toCurrentVersion(terminology.ledger)
  const problems = await listDifferences(folder, terminology)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) return 1
  if (terminology.releases.has(version)) {
    console.log(`OpenAE ${version} is frozen already`)
    return 0
  }
  const sha256 = toFolderHash(await readBuiltFiles(join(folder, version)))
  await writeFile(join(folder, RELEASES_FILE), withRelease(sources.releases ?? '', { version, sha256 }))
  const changes = date === undefined ? 'without .seq files, since it has no day' : `of ${date}`
  console.log(`OpenAE ${version} (${changes}) is frozen: ${sha256} → ${join(folder, RELEASES_FILE)}`)
  return 0
}

/** Where the folder of the current version is not what the sources give, or not what was released. */
async function listDifferences(folder: string, terminology: Terminology): Promise<string[]> {
  const current = toCurrentVersion(terminology.ledger)
  const { version } = current
  const frozen = terminology.releases.get(version)
  const advice =
    frozen === undefined ? 'run "npm run dictionary:build"' : `${version} is released; ${toNextAdvice(current)}`
  const built = toAsciiFiles(terminology)
  const present = await readBuiltFiles(join(folder, version))
  const extra = [...present.keys()].filter((name) => !built.has(name))
  const problems = extra.map((name) => `${version}/${name}: no file of this build; remove it`)
  for (const [name, text] of built) {
    const found = present.get(name)
    if (found === undefined) problems.push(`${version}/${name}: not there; ${advice}`)
    else if (!found.equals(Buffer.from(text))) problems.push(`${version}/${name}: not what the sources give; ${advice}`)
  }
  if (frozen !== undefined && frozen.sha256 !== toFolderHash(present)) {
    const { file, line } = frozen.place
    problems.push(`${file}:${line}: ${version} is not as it was released; put its folder back`)
  }
  return problems
}

/**
 * @throws AecoderError DICTIONARY_DAMAGED where the version to build is frozen, or an older one than stands there;
 *   AggregateError of them where the files that say so are damaged
 */
async function refuseReleased(folder: string, { ledger, releases = '' }: SourceFiles): Promise<void> {
  const faults: Faults = []
  const current = parseLedger(ledger, faults).versions.at(-1)
  const frozen = parseReleases(releases, faults).get(current?.version ?? '')
  if (faults.length > 0 || current === undefined) throw new AggregateError(faults)
  const { version, place } = current
  if (frozen !== undefined) {
    throw new AecoderError('DICTIONARY_DAMAGED', {
      where: `${frozen.place.file}:${frozen.place.line}`,
      found: `version ${version} is released and never changes`,
      action: `To change anything, ${toNextAdvice(current)}`,
    })
  }
  const folders = (await readdir(folder)).filter((name) => /^\d+\.\d+$/.test(name))
  const newest = folders.sort(compareVersions).at(-1)
  if (newest === undefined || compareVersions(newest, version) <= 0) return
  throw new AecoderError('DICTIONARY_DAMAGED', {
    where: `${place.file}:${place.line}`,
    found: `version ${version}, but the folder of a later one is there: ${newest}`,
    expected: `${newest} or a version after it`,
    action: `Put its line back, or remove the folder ${newest} if it was never released`,
  })
}

/** 1.9 is followed by 1.10. */
function toNextAdvice({ version, last }: LedgerVersion): string {
  const [major = '', minor = ''] = version.split('.')
  const next = `${major}.${Number(minor) + 1}`
  return `begin a new version: add "version ${next} last ${last} on <its day, YYYY-MM-DD>" to ${LEDGER_FILE}`
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
  return { files: { ...written, ledger: text, queries: queries.source, systems }, issued: next - first }
}

function toCounts({ systems, concepts, queries, replacements }: Terminology): string {
  const terms = concepts.reduce((sum, { concept }) => sum + 1 + concept.terms.length, 0)
  const paths = concepts.reduce((sum, { secondary }) => sum + 1 + secondary.length, 0)
  return `${systems.length} body systems, ${concepts.length} concepts on ${paths} paths, ${terms} terms (${replacements.length} non-current), ${queries.length} standard queries`
}
