/** The rules of verdicts on many decisions at once: what a person may touch, and what they have to say again first. Pure. */
import { AecoderError } from '../../schemas/errors.ts'
import { checkVerdict, isSamePerson, type StandingDecision } from './rules.ts'

/** Above so many decisions the person types their number again. */
export const CONFIRM_ABOVE = 500

/** Why a decision that a filter met is left out of a bulk act. */
export type LeftOutFor = 'own-code' | 'already-judged' | 'not-coded' | 'not-in-force'

/** Why this person's verdict on a decision is not wanted; undefined where it is. */
export function findObstacle(
  { actor, approval, hasCoding }: Pick<StandingDecision, 'actor' | 'approval' | 'hasCoding'>,
  approver: string,
): LeftOutFor | undefined {
  if (!hasCoding) return 'not-coded'
  if (approval === 'approved' || approval === 'rejected') return 'already-judged'
  return isSamePerson(actor, approver) ? 'own-code' : undefined
}

/**
 * A bulk act touches something, a rejection has its reason, and a large one has its number said again.
 * @throws AecoderError DECISION_NOT_ALLOWED
 */
export function checkBulk({
  kind,
  count,
  confirm,
  reason,
}: {
  kind: 'approved' | 'rejected'
  count: number
  confirm: number | undefined
  reason: string | null
}): void {
  const refuse = (found: string, expected: string, action: string) => {
    throw new AecoderError('DECISION_NOT_ALLOWED', { where: 'verdicts in bulk', found, expected, action })
  }
  if (count === 0) refuse('no code would be touched', 'at least one', 'Look at what the filter leaves out, and why')
  if (kind === 'rejected' && !reason?.trim())
    refuse('a rejection without a reason', 'a reason', 'Give one: --reason "..."')
  if (confirm === undefined ? count > CONFIRM_ABOVE : confirm !== count)
    refuse(
      confirm === undefined
        ? `${count} codes would be touched`
        : `${confirm} were confirmed, ${count} would be touched`,
      'their number, typed again',
      `Look at them, then confirm ${count}`,
    )
}

/** A row of a review sheet that came back with a mark. */
export interface MarkedRow {
  /** 1-based, in the sheet as it came back. */
  readonly line: number
  readonly decision: string
  /** The LLT's text as the sheet states it. */
  readonly term: string
  /** As it was typed. */
  readonly verdict: string
  readonly reason: string
}

/** A decision that stands, as a sheet is held against it. */
export interface StandingRow extends StandingDecision {
  readonly isInForce: boolean
  /** The LLTs' texts as a sheet states them. */
  readonly term: string
}

/** A row's verdict, ready to be recorded. */
export interface Mark {
  readonly decision: string
  readonly kind: 'approved' | 'rejected'
  readonly reason: string | null
}

const VERDICTS: { readonly [word: string]: Mark['kind'] } = {
  approve: 'approved',
  approved: 'approved',
  reject: 'rejected',
  rejected: 'rejected',
}

/**
 * Reads the marks of a sheet against what stands. Rows without a mark are passed over.
 * @returns the marks, and one sentence with its line for each row that cannot be taken: then nothing may be recorded
 */
export function readMarks(
  rows: readonly MarkedRow[],
  { standing, approver }: { standing: ReadonlyMap<string, StandingRow>; approver: string },
): { readonly marks: readonly Mark[]; readonly faults: readonly string[] } {
  const marks: Mark[] = []
  const faults: string[] = []
  const seen = new Map<string, number>()
  for (const { line, decision, term, verdict, reason } of rows) {
    const word = verdict.trim().toLowerCase()
    if (word === '') {
      if (reason.trim() !== '') faults.push(`line ${line}: a reason without a verdict`)
      continue
    }
    const fault = (found: string) => faults.push(`line ${line}: ${found}`)
    const kind = VERDICTS[word]
    const before = seen.get(decision)
    seen.set(decision, line)
    const stands = standing.get(decision)
    if (kind === undefined) fault(`"${verdict.trim()}" is no verdict (approve or reject)`)
    else if (before !== undefined) fault(`the same decision as on line ${before}`)
    else if (stands === undefined) fault('no decision of this study has this id')
    else if (!stands.isInForce) fault(`"${stands.name}" was decided anew since the sheet was written`)
    else if (stands.term !== term.trim())
      fault(`the sheet says "${term.trim()}", the code is "${stands.term}"; a sheet carries verdicts, no codes`)
    else {
      const mark: Mark = { decision, kind, reason: reason.trim() || null }
      const refused = findRefusal(stands, { ...mark, approver })
      if (refused === undefined) marks.push(mark)
      else fault(refused)
    }
  }
  return { marks, faults }
}

/** What the rule for one verdict says against it. */
function findRefusal(stands: StandingRow, { kind, reason, approver }: Mark & { approver: string }): string | undefined {
  try {
    checkVerdict(stands, { kind, actor: approver, reason })
    return undefined
  } catch (error) {
    if (!(error instanceof AecoderError)) throw error
    return `${error.facts.where}: ${error.facts.found}`
  }
}
