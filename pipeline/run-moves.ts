/** `movement.csv`: all that a transfer did to what was known, record by record; and a few of each kind to tell at once. */
import { toSafeCell } from '../schemas/csv-cell.ts'
import type { Storage, WrittenFile } from '../schemas/files.ts'
import type { FormerCode, Move, MoveKind, ValueChange } from '../schemas/transfers.ts'
import { openCsvFile } from './dataset/csv-file.ts'
import type { Masks } from './review/redaction.ts'

export const MOVEMENT_FILE = 'movement.csv'

/** Examples told of each kind; all moves stand in the file. */
const EXAMPLES_KEPT = 5

/** What a transfer did. Words that are hidden stand in neither the examples nor the file. */
export interface Moved {
  readonly counts: { readonly [kind in MoveKind]?: number }
  /** Moves whose subject, verbatim and start date stand under another key, too. */
  readonly rekeyed: number
  /** Of these, records that people had coded on their own: the codes stay with the keys they were given to. */
  readonly ownLeftBehind: number
  readonly examples: readonly Move[]
}

/** Writes the moves. The bytes follow from transfer, decisions and hidden words. */
export async function writeMoves(
  output: Storage,
  { name, moves, masks }: { name: string; moves: AsyncIterable<readonly Move[]>; masks: Masks },
): Promise<{ file: WrittenFile & { rows: number }; moved: Moved }> {
  const sink = await output.createFile(name)
  try {
    const file = openCsvFile({ sink, columns: COLUMNS })
    const counts: { [kind in MoveKind]?: number } = {}
    const examples: Move[] = []
    let rekeyed = 0
    let ownLeftBehind = 0
    let rows = 0
    for await (const batch of moves) {
      const shown = batch.map((move) => toShownMove(move, masks))
      await file.write(shown)
      rows += shown.length
      for (const move of shown) {
        const count = (counts[move.kind] ?? 0) + 1
        counts[move.kind] = count
        if (move.otherRecord !== null) {
          rekeyed++
          if (move.kind !== 'returned' && move.was?.target === 'occurrence') ownLeftBehind++
        }
        if (count <= EXAMPLES_KEPT) examples.push(move)
      }
    }
    return { file: { ...(await file.close()), rows }, moved: { counts, rekeyed, ownLeftBehind, examples } }
  } catch (error) {
    await sink.abort()
    throw error
  }
}

const COLUMNS = [
  toColumn('move', 'What happened', ({ kind }) => kind),
  toColumn('domain', 'Domain', ({ domain }) => domain),
  toColumn('usubjid', 'Unique Subject Identifier', ({ usubjid }) => usubjid),
  toColumn('record', 'Where the record stands', ({ record }) => record),
  toColumn('other_record', 'Where the same stands under another key', ({ otherRecord }) => otherRecord),
  toColumn('before', 'Reported term before', ({ before }) => before),
  toColumn('now', 'Reported term now', ({ now }) => now),
  toColumn('changes', 'What changed beside the term', ({ changes }) => changes.map(toChangeText).join('; ')),
  toColumn('was_code', 'Code before', ({ was }) => was && toCodes(was.codes)),
  toColumn('was_term', 'Coded term before', ({ was }) => was && toTerms(was.codes)),
  toColumn('was_by', 'Coder', ({ was }) => was?.by ?? null),
  toColumn('was_for', 'Decided for the term or the record', ({ was }) =>
    was === null ? null : was.target === 'group' ? 'term' : 'record',
  ),
  toColumn('was_approval', 'Approval of the code before', ({ was }) => was?.approval ?? null),
  toColumn('code', 'Code now', ({ codes }) => toCodes(codes)),
  toColumn('term', 'Coded term now', ({ codes }) => toTerms(codes)),
  toColumn('file', 'File', ({ file }) => file),
  toColumn('line', 'Line', ({ line }) => (line === null ? null : String(line))),
]

function toColumn(name: string, label: string, pick: (move: Move) => string | null) {
  const toCell = (move: Move) => {
    const text = pick(move)
    return text === null || text === '' ? null : toSafeCell(text)
  }
  return { name, label, type: 'Char', origin: 'Derived', kind: 'text', pick: toCell } as const
}

/** `AESEV "MILD" -> "SEVERE"` */
export function toChangeText({ name, before, now }: ValueChange): string {
  const toText = (value: string | null) => (value === null ? 'nothing' : JSON.stringify(value))
  return `${name} ${toText(before)} -> ${toText(now)}`
}

function toCodes(codes: FormerCode['codes']): string {
  return codes.map(({ code }) => code).join(' + ')
}

function toTerms(codes: FormerCode['codes']): string {
  return codes.map(({ text }) => text).join(' + ')
}

/** A move without the words hidden in its terms, wherever they stand. */
function toShownMove(move: Move, masks: Masks): Move {
  if (masks.isEmpty) return move
  const terms = [move.before, move.now].flatMap((term) => term ?? [])
  const hide = <T extends string | null>(text: T) =>
    terms.reduce<T>((shown, term) => masks.toShownAbout({ text: shown }, term).text, text)
  const hideParts = (codes: FormerCode['codes']) => codes.map((code) => ({ ...code, part: hide(code.part) }))
  return {
    ...move,
    before: hide(move.before),
    now: hide(move.now),
    changes: move.changes.map(({ name, before, now }) => ({ name, before: hide(before), now: hide(now) })),
    was: move.was && { ...move.was, codes: hideParts(move.was.codes) },
    codes: hideParts(move.codes),
  }
}
