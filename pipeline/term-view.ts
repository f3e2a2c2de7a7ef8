/** One term as a reviewer sees it: what the machine proposes and why, what was decided, where it was reported. */
import type {
  CandidateView,
  DecisionView,
  FormerView,
  OccurrenceView,
  Precedents,
  TermRow,
  TermView,
} from '../schemas/api/terms.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import { isFollowingOutcome } from '../schemas/outcomes.ts'
import type { Candidate } from '../schemas/terms.ts'
import { type FoundTarget, findKit } from './act.ts'
import { autocode } from './autocode/autocode.ts'
import type { CodingKit } from './coding-kits.ts'
import type { Desk } from './desk.ts'
import { toKeyPlace } from './review/key-place.ts'
import { isSamePerson, toApproval } from './review/rules.ts'
import type { Actor } from './store/chain.ts'
import { type FormerlyCoded, listFormerlyCoded } from './store/former-codes.ts'
import { listNotes, type Note, writeNote } from './store/notes.ts'
import { listElsewhere } from './store/precedents.ts'
import {
  findGroup,
  findOccurrenceOf,
  type GroupState,
  listHistory,
  listOccurrences,
  type OccurrenceState,
  type StoredDecision,
} from './store/queue.ts'
import { findMasks } from './store/redactions.ts'
import { listOpenOfOccurrences } from './store/site-query-lists.ts'

/** Who looks: their name, and whether their role approves. */
export interface Viewer {
  readonly name: string
  readonly isApprover: boolean
}

/**
 * The target that ids name: a term, or one occurrence of it.
 * @throws AecoderError TARGET_NOT_FOUND
 */
export async function findById(
  { study, store }: Pick<Desk, 'study' | 'store'>,
  { term, occurrence }: { term: string; occurrence?: string | undefined },
): Promise<FoundTarget> {
  const group = await findGroup(store, study.id, term)
  if (group === undefined) throw toNotFound('term', { id: term, study: study.id })
  if (occurrence === undefined) return { kind: 'group', group }
  const found = await findOccurrenceOf(store, study.id, { group, id: occurrence })
  if (found === undefined) throw toNotFound('occurrence of this term', { id: occurrence, study: study.id })
  return { kind: 'occurrence', occurrence: found }
}

/**
 * One term in full.
 * @throws AecoderError TARGET_NOT_FOUND
 */
export async function viewTerm(desk: Desk, term: string, viewer: Viewer): Promise<TermView> {
  const { study, store, kits, queue } = desk
  const target = await findById(desk, { term })
  const row = await queue.find(term)
  if (target.kind !== 'group' || row === undefined) throw toNotFound('term', { id: term, study: study.id })
  const { group } = target
  const kit = findKit(kits, target)
  const { name, version } = kit.dictionary.ref
  const decision = group.decision
  const approval = decision && toApproval(decision.waits, decision.verdict?.kind ?? null)
  const masks = await findMasks(store, study.id)
  const former = await listFormerlyCoded(store.db, study.id, { mainNos: [group.mainNo], limit: FORMER_SHOWN })
  const said = {
    folded: group.folded,
    proposal: toProposal(group, kit),
    decision: decision && toDecisionView(decision, { kit, basedOn: group.folded }),
    notes: await listNotes(store, study.id, group.target.no),
  }
  return {
    row,
    dictionary: { name, version, levels: [...kit.dictionary.levels] },
    ...masks.toShownAbout(said, group.folded),
    former: former.map((each) => masks.toShownAbout(toFormerView(each), each.verbatim)),
    policy: study.config.approval,
    mayApprove:
      viewer.isApprover &&
      decision !== null &&
      decision.codings.length > 0 &&
      (approval === 'pending' || approval === 'none-needed') &&
      !isSamePerson(decision.actor, viewer.name),
  }
}

/** The occurrences of a term, by subject, from an offset on. */
export async function viewOccurrences(
  desk: Desk,
  term: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ rows: OccurrenceView[]; total: number; next: string | null }> {
  const { study, store, kits } = desk
  const target = await findById(desk, { term })
  if (target.kind !== 'group') throw toNotFound('term', { id: term, study: study.id })
  const { group } = target
  const kit = findKit(kits, target)
  const found = await listOccurrences(store, study.id, { group, limit, offset })
  const open = await listOpenOfOccurrences(
    store,
    study.id,
    found.map((each) => each.target.no),
  )
  const asked = new Map(open.map((siteQuery) => [siteQuery.occurrence, siteQuery]))
  const masks = await findMasks(store, study.id)
  const rows = found.map((occurrence): OccurrenceView => {
    const { decision } = occurrence
    const siteQuery = asked.get(occurrence.target.id)
    const said = {
      id: occurrence.target.id,
      usubjid: occurrence.usubjid,
      site: occurrence.site,
      verbatim: occurrence.verbatim,
      isSerious: occurrence.isSerious,
      context: toContext(occurrence),
      place: toKeyPlace(occurrence.key),
      file: occurrence.file,
      line: occurrence.line,
      siteQuery:
        siteQuery === undefined
          ? null
          : {
              id: siteQuery.id,
              state: siteQuery.state,
              text: siteQuery.text,
              ageDays: siteQuery.ageDays,
            },
    }
    return {
      // A translated term hides its words in the text that was coded, which its context and key may hold.
      ...masks.toShownAbout(masks.toShownAbout(said, occurrence.verbatim), group.verbatim),
      // It may be of an earlier verbatim, which has hidden words of its own.
      decision:
        decision === null || isFollowingOutcome(decision.outcome)
          ? null
          : masks.toShownAbout(toDecisionView(decision, { kit, basedOn: occurrence.verbatim }), decision.basedOn),
    }
  })
  const end = offset + rows.length
  return { rows, total: group.occurrences, next: end < group.occurrences && rows.length > 0 ? String(end) : null }
}

/** All decisions on a term, or on one occurrence of it, oldest first. */
export async function viewHistory(
  desk: Desk,
  named: { term: string; occurrence?: string | undefined },
): Promise<DecisionView[]> {
  const { study, store, kits } = desk
  const target = await findById(desk, named)
  const kit = findKit(kits, target)
  const { about, basedOn } =
    target.kind === 'group'
      ? { about: target.group.target, basedOn: target.group.folded }
      : { about: target.occurrence.target, basedOn: target.occurrence.verbatim }
  const history = await listHistory(store, study.id, about)
  const masks = await findMasks(store, study.id)
  return history.map((decision) => masks.toShownAbout(toDecisionView(decision, { kit, basedOn }), decision.basedOn))
}

/**
 * How this verbatim was coded in other studies of the store, and verbatims of like words in this one.
 * @param options.mayRead whether the person has a role in another study: what others do is not shown to everybody
 */
export async function viewPrecedents(
  desk: Desk,
  term: string,
  { limit, mayRead = () => true }: { limit: number; mayRead?: (study: string) => boolean },
): Promise<Precedents> {
  const { study, store, queue } = desk
  const all = await listElsewhere(store, { study: study.id, group: term, limit: STUDIES_AT_MOST })
  const elsewhere = all.filter((row) => mayRead(row.study)).slice(0, limit)
  const here = await queue.listLike(term, { limit })
  const masks = await findMasks(store, study.id)
  return {
    rows: [
      ...elsewhere.map((row) => ({ ...masks.toShownAbout(row, row.verbatim), isHere: false, isSame: true })),
      ...here.map(({ row, isSame }) => ({
        study: study.id,
        isHere: true,
        isSame,
        verbatim: row.verbatim,
        codes: row.codes,
        by: row.by ?? '',
        at: row.at ?? '',
        occurrences: row.occurrences,
      })),
    ],
  }
}

/**
 * Leaves a note with a term or one occurrence.
 * @returns all notes of the term
 */
export async function noteTerm(
  desk: Desk,
  note: { term: string; occurrence?: string | undefined; text: string; actor: Actor },
): Promise<Note[]> {
  const { study, store } = desk
  const text = note.text.trim()
  if (text === '')
    throw new AecoderError('USAGE', { where: 'note', found: 'an empty text', expected: 'a note of some words' })
  const target = await findById(desk, note)
  const group = target.kind === 'group' ? target.group : await findGroup(store, study.id, note.term)
  if (group === undefined) throw toNotFound('term', { id: note.term, study: study.id })
  await writeNote(store, study.id, {
    group: group.target,
    ...(target.kind === 'occurrence' ? { occurrence: target.occurrence.target } : {}),
    text,
    actor: note.actor,
  })
  const masks = await findMasks(store, study.id)
  return masks.toShownAbout(await listNotes(store, study.id, group.target.no), group.folded)
}

/** The line of a term as it is now; after an act. */
export async function findRow({ queue, study }: Desk, term: string): Promise<TermRow> {
  const row = await queue.find(term)
  if (row === undefined) throw toNotFound('term', { id: term, study: study.id })
  return row
}

function toProposal(group: GroupState, kit: CodingKit): TermView['proposal'] {
  const { outcome, step, reason, confidence, candidates, parts, siteQuery } = autocode(group.folded, kit, group.domain)
  return {
    outcome,
    step,
    reason,
    confidence,
    candidates: candidates.map(toCandidateView),
    parts: parts.map(({ text, start, end, candidate }) => ({
      text,
      start,
      end,
      candidate: toCandidateView(candidate),
    })),
    siteQuery: siteQuery ?? null,
  }
}

function toCandidateView({ path, confidence, why, alignment }: Candidate): CandidateView {
  return {
    path: path.map((node) => ({ ...node })),
    confidence,
    why,
    ...(alignment === undefined
      ? {}
      : {
          alignment: {
            tokens: alignment.tokens.map((token) => ({ ...token })),
            missing: alignment.missing.map((word) => ({ ...word })),
          },
        }),
  }
}

function toDecisionView(decision: StoredDecision, { kit, basedOn }: { kit: CodingKit; basedOn: string }): DecisionView {
  const { id, seq, outcome, step, confidence, actor, at, verdict } = decision
  return {
    id,
    seq,
    outcome,
    step,
    confidence,
    reason: decision.reason ?? decision.explanation.reason ?? '',
    codes: decision.codings.map(({ path, partText, dictionary }) => ({
      path: path.map((node) => ({ ...node })),
      part: partText,
      dictionary,
      isCurrent: kit.dictionary.findTerm(path.at(-1)?.code ?? '')?.isCurrent ?? false,
    })),
    by: actor,
    byMachine: step !== 'person',
    at,
    approval: toApproval(decision.waits, verdict?.kind ?? null),
    verdict: verdict && { by: verdict.actor, at: verdict.at, reason: verdict.reason },
    isOfNow: decision.basedOn === basedOn,
  }
}

function toFormerView({ occurrence, usubjid, verbatim, was, changedAt }: FormerlyCoded): FormerView {
  return {
    occurrence,
    usubjid,
    verbatim,
    codes: was.codes.map((code) => ({ ...code })),
    by: was.by,
    at: was.at,
    isOwn: was.target === 'occurrence',
    waited: was.approval === 'pending',
    changedAt,
  }
}

const FORMER_SHOWN = 20
const STUDIES_AT_MOST = 200

/** What a coder looks for first: when, how bad, what came of it. What is not named here follows by name. */
const FIRST_VARIABLES = [
  'STDTC',
  'ENDTC',
  'ONGO',
  'SEV',
  'TOXGR',
  'SER',
  'OUT',
  'REL',
  'ACN',
  'COMM',
  'LOC',
  'LAT',
  'SPID',
]
/** Raw dates, which the ISO 8601 ones stand for. */
const RAW_DATES = [
  ['STDAT', 'STDTC'],
  ['ENDAT', 'ENDTC'],
] as const

/** The values beside a reported term that say something, in the order a coder reads them. */
function toContext({ context, domain }: OccurrenceState): { name: string; value: string }[] {
  const values = JSON.parse(context) as Record<string, string | null>
  const isTold = (name: string) => RAW_DATES.some(([raw, iso]) => name === domain + raw && values[domain + iso])
  const rank = (name: string) => {
    const place = FIRST_VARIABLES.indexOf(name.startsWith(domain) ? name.slice(domain.length) : name)
    return place === -1 ? FIRST_VARIABLES.length : place
  }
  return Object.entries(values)
    .flatMap(([name, value]) => (value === null || value === '' || isTold(name) ? [] : [{ name, value }]))
    .sort((a, b) => rank(a.name) - rank(b.name) || compareCodeUnits(a.name, b.name))
}

function toNotFound(what: string, { id, study }: { id: string; study: string }): AecoderError {
  return new AecoderError('TARGET_NOT_FOUND', {
    where: study,
    found: `no ${what} has the id ${id.slice(0, 8)}`,
    action: 'Go back to the queue: it may have been withdrawn',
  })
}
