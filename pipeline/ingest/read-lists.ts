/** Reads the synonym and do-not-autocode lists of a study. Knows the dictionary they must fit; knows no storage. */
import type { Dictionary } from '../../dictionaries/dictionary.ts'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { fromSafeCell } from '../../schemas/csv-cell.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import type { Barred, CodingLists, Synonym } from '../autocode/lists.ts'
import { openCsv } from '../formats/csv.ts'

/**
 * Reads both kinds of lists. A list that contradicts itself, or names a term that cannot be assigned, is refused whole:
 * a synonym that silently does nothing is worse than one that stops the run.
 *
 * Synonyms: columns `verbatim`, `code` (or `llt_code`); optional `state` (rows other than `approved` are not used), and any others.
 * Do-not-autocode: columns `verbatim`, `reason`.
 * @throws AecoderError LIST_INVALID with file:line
 */
export async function readLists(files: {
  synonyms: readonly SourceFile[]
  doNotAutocode: readonly SourceFile[]
  dictionary: Dictionary
}): Promise<CodingLists> {
  const synonyms = new Map<string, Synonym>()
  for (const file of files.synonyms) await readSynonyms(file, { dictionary: files.dictionary, synonyms })
  const doNotAutocode = new Map<string, Barred>()
  for (const file of files.doNotAutocode) {
    for await (const { value, at } of readRows(file, ['verbatim', 'reason'])) {
      const folded = toKey(value('verbatim'), at)
      const reason = value('reason').trim()
      if (reason === '')
        throw new AecoderError('LIST_INVALID', {
          where: at,
          found: 'no reason',
          expected: 'why a person must decide this term',
          action: 'Fill in the reason',
        })
      doNotAutocode.set(folded, { reason, source: at })
    }
  }
  return { synonyms, doNotAutocode }
}

async function readSynonyms(
  file: SourceFile,
  { dictionary, synonyms }: { dictionary: Dictionary; synonyms: Map<string, Synonym> },
): Promise<void> {
  for await (const { value, at, has } of readRows(file, ['verbatim', CODE_NAMES])) {
    if (has('state') && value('state').trim().toLowerCase() !== 'approved') continue
    const folded = toKey(value('verbatim'), at)
    const code = value(has('code') ? 'code' : 'llt_code').trim()
    const term = dictionary.findTerm(code)
    const { name, version } = dictionary.ref
    if (!term)
      throw new AecoderError('LIST_INVALID', {
        where: at,
        found: `code "${code}" is not in ${name} ${version}`,
        action: 'Look the term up: aecoder dictionary search',
      })
    if (!term.isCurrent) {
      const proposed = dictionary.findProposedReplacement(code)
      throw new AecoderError('LIST_INVALID', {
        where: at,
        found: `"${term.text}" (${code}) is not a current term of ${name} ${version}`,
        expected: 'a current term',
        action: proposed
          ? `Use "${proposed.text}" (${proposed.code}) if that is what is meant`
          : 'Choose a current term',
      })
    }
    const earlier = synonyms.get(folded)
    if (earlier && earlier.lltCode !== code)
      throw new AecoderError('LIST_INVALID', {
        where: at,
        found: `"${value('verbatim')}" means ${code} here and ${earlier.lltCode} in ${earlier.source}`,
        expected: 'one meaning',
        action: 'Keep one of the two rows',
      })
    synonyms.set(folded, { lltCode: code, source: at })
  }
}

/** A row that is to be proposed as an entry; texts as they stand, blanks around them taken off. */
export interface ProposalRow {
  /** `file:line`. */
  readonly at: string
  readonly verbatim: string
  readonly code: string
  /** Empty where the row, or the file, names none. */
  readonly domain: string
  readonly dictionary: string
  readonly state: string
  readonly reason: string
}

/**
 * Reads a list that is to be proposed: columns `verbatim`, `code` (or `llt_code`), optional `domain`, `dictionary`, `state`,
 * `reason`, and any others.
 * @throws AecoderError LIST_INVALID for a file that is no such list
 */
export async function* readProposals(file: SourceFile): AsyncGenerator<ProposalRow> {
  for await (const { at, value, has } of readRows(file, ['verbatim', CODE_NAMES])) {
    const of = (column: string) => value(column).trim()
    yield {
      at,
      verbatim: of('verbatim'),
      code: of(has('code') ? 'code' : 'llt_code'),
      domain: of('domain'),
      dictionary: of('dictionary'),
      state: of('state').toLowerCase(),
      reason: of('reason'),
    }
  }
}

interface ListRow {
  readonly at: string
  readonly value: (column: string) => string
  readonly has: (column: string) => boolean
}

/** What the column of codes may be called. */
const CODE_NAMES = ['code', 'llt_code']

/** @param required columns that must be there; several names mean one of them */
async function* readRows(file: SourceFile, required: readonly (string | readonly string[])[]): AsyncGenerator<ListRow> {
  const table = await openCsv(file, {})
  const positions = new Map(table.header.map((name, index) => [name.trim().toLowerCase(), index]))
  for (const column of required) {
    const names = [column].flat()
    if (names.some((name) => positions.has(name))) continue
    throw new AecoderError('LIST_INVALID', {
      where: `${file.name}:1`,
      found: `no column "${names.join('" or "')}" (columns: ${table.header.join(', ')})`,
      expected: `the columns ${required.map((each) => [each].flat().join(' or ')).join(', ')}`,
      action: 'Add the column',
    })
  }
  for await (const rows of table.rows) {
    for (const row of rows) {
      const at = `${file.name}:${row.line}`
      if (row.problem)
        throw new AecoderError('LIST_INVALID', { where: at, found: row.problem.text, action: 'Mend the row' })
      yield {
        at,
        has: (column) => positions.has(column),
        // What aecoder exported for a spreadsheet may come back as a list.
        value: (column) => fromSafeCell(row.fields[positions.get(column) ?? -1] ?? ''),
      }
    }
  }
}

function toKey(verbatim: string, at: string): string {
  const folded = foldVerbatim(verbatim)
  if (folded === '')
    throw new AecoderError('LIST_INVALID', {
      where: at,
      found: 'an empty verbatim',
      action: 'Fill it in or remove the row',
    })
  return folded
}
