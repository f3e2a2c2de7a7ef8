/**
 * Which codes were ever given out, by version. Knows numbers only; the codes themselves stand in the source files.
 * A code belongs to its line for good: it moves with it, survives a correction of the text, and is never used again.
 */
import { addFault, type Faults, type Place } from './source-format.ts'

export const LEDGER_FILE = 'codes.txt'

/** MedDRA owns 10000000–10999999; ours lie far from it and fit a 32-bit integer. */
const FIRST_CODE = 80_000_000
const LAST_CODE = 89_999_999

/** One line `version …` of the ledger. */
export interface LedgerVersion {
  readonly version: string
  /** The last code given out so far. */
  readonly last: number
  /** The day of the release, YYYY-MM-DD; a version that has one states what it changed against the one before. */
  readonly date: string | undefined
  readonly place: Place
}

export interface CodeLedger {
  /** In order of release; codes of a version run from the one after the version before up to `last`. */
  readonly versions: readonly LedgerVersion[]
  /** Codes whose line was taken out of the sources. */
  readonly retired: ReadonlyMap<string, Place>
}

const VERSION_LINE = /^version (\d+\.\d+) last (\d{8})(?: on (\S+))?$/

/**
 * Reads `codes.txt`: lines `version 0.1 last 80001234`, `version 1.1 last 80005678 on 2027-03-01` and
 * `retired 80000123`, comments after `#`.
 */
export function parseLedger(text: string, faults: Faults): CodeLedger {
  const versions: LedgerVersion[] = []
  const retired = new Map<string, Place>()
  text.split('\n').forEach((written, index) => {
    const place = { file: LEDGER_FILE, line: index + 1 }
    const line = written.replace(/#.*$/, '').trim()
    if (line === '') return
    const [, version, last, date] = VERSION_LINE.exec(line) ?? []
    const gone = /^retired (\d{8})$/.exec(line)
    if (version !== undefined) {
      const entry = { version, last: Number(last), date, place }
      checkVersion(entry, versions, faults)
      versions.push(entry)
    } else if (gone?.[1] !== undefined) {
      retired.set(gone[1], place)
    } else {
      addFault(faults, place, {
        found: `"${line}"`,
        expected:
          '"version <number.number> last <8 digits>", with "on <YYYY-MM-DD>" or without, or "retired <8 digits>"',
      })
    }
  })
  if (versions.length === 0)
    addFault(faults, { file: LEDGER_FILE, line: 1 }, { found: 'no version', expected: '"version 0.1 last 80000000"' })
  return { versions, retired }
}

/** Versions, their last codes and their days only ever go up. */
function checkVersion({ version, last, date, place }: LedgerVersion, before: readonly LedgerVersion[], faults: Faults) {
  const previous = before.at(-1)
  if (previous !== undefined && compareVersions(version, previous.version) <= 0) {
    addFault(faults, place, { found: `version ${version} after ${previous.version}`, expected: 'a higher one' })
  }
  if (last < (previous?.last ?? FIRST_CODE) || last > LAST_CODE) {
    addFault(faults, place, {
      found: `last code ${last}`,
      expected: 'it not below the version before, at most 89999999',
    })
  }
  const dated = before.findLast((entry) => entry.date !== undefined)
  if (date === undefined) {
    if (dated === undefined) return
    addFault(faults, place, {
      found: `version ${version} without a day`,
      expected: `"on <YYYY-MM-DD>", as ${dated.version} has`,
    })
  } else if (!isDay(date)) addFault(faults, place, { found: `"on ${date}"`, expected: 'a day as YYYY-MM-DD' })
  else if (dated?.date !== undefined && date <= dated.date) {
    addFault(faults, place, { found: `"on ${date}"`, expected: `a day after ${dated.date}, that of ${dated.version}` })
  }
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // Some days that are none are taken for one of the next month.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** By number, not by text: 1.9 before 1.10. */
export function compareVersions(one: string, other: string): number {
  const [major = 0, minor = 0] = one.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major - otherMajor || minor - otherMinor
}

/** The version that is being built: the last one named. */
export function toCurrentVersion(ledger: CodeLedger): LedgerVersion {
  const current = ledger.versions.at(-1)
  if (current === undefined) throw new Error('the ledger names no version')
  return current
}

/** The version before the one that is being built; undefined for the first. */
export function findPreviousVersion(ledger: CodeLedger): LedgerVersion | undefined {
  return ledger.versions.at(-2)
}

/** The ledger's text with the last code of its last version moved on. */
export function withLastCode(text: string, last: number): string {
  const lines = text.split('\n')
  const index = lines.findLastIndex((line) => line.startsWith('version '))
  return lines.map((line, at) => (at === index ? line.replace(/last \d{8}/, `last ${last}`) : line)).join('\n')
}

/** The version in which a code was first given out. */
export function toAdditionVersion(ledger: CodeLedger, code: string): string {
  const found = ledger.versions.find(({ last }) => Number(code) <= last)
  if (found === undefined) throw new Error(`code ${code} was never given out`)
  return found.version
}

/**
 * Every code was given out, stands on one line only, and none that was given out is missing or brought back.
 * @param codes.told codes that a fault tells of already
 */
export function checkCodes(
  ledger: CodeLedger,
  { used, told }: { readonly used: readonly { code: string; place: Place }[]; readonly told: ReadonlySet<string> },
  faults: Faults,
) {
  const last = ledger.versions.at(-1)?.last ?? FIRST_CODE
  const places = new Map<string, Place>()
  for (const { code, place } of used) {
    // A line without a code is a fault of its own already.
    if (code === '') continue
    const number = Number(code)
    const first = places.get(code)
    if (!/^\d{8}$/.test(code) || number <= FIRST_CODE || number > last) {
      addFault(faults, place, {
        found: `code ${code}, which was never given out`,
        expected: `80000001 to ${last}`,
        action: 'Take the code off the line and run "npm run dictionary:build", which issues one',
      })
    } else if (first !== undefined) {
      addFault(faults, place, { found: `code ${code}, which stands at ${first.file}:${first.line} already` })
    } else if (ledger.retired.has(code)) {
      addFault(faults, place, {
        found: `code ${code}, which is retired`,
        action: 'Take the code off the line and build',
      })
    }
    places.set(code, place)
  }
  for (let code = FIRST_CODE + 1; code <= last; code++) {
    const text = String(code)
    if (places.has(text) || ledger.retired.has(text) || told.has(text)) continue
    addFault(
      faults,
      { file: LEDGER_FILE, line: 1 },
      {
        found: `code ${text} was given out but stands on no line`,
        action: `Put its line back (as non-current if it should go), or add "retired ${text}" with the reason`,
      },
    )
  }
}
