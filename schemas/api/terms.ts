/** The contracts of the queue and of one term: what the page shows, and what people do to a term. */
import { APPROVAL_POLICIES } from '../outcomes.ts'
import { SITE_QUERY_STATES } from '../site-queries.ts'
import { EntryView, ProposeWithCode } from './lists.ts'
import {
  Code,
  Cursor,
  Domain,
  Id,
  Moment,
  Path,
  type Static,
  Text,
  Type,
  toClosed,
  toNullable,
  toWord,
  Verbatim,
} from './schema.ts'

/** Where a term stands, one word; `open` is what a coder has to do. */
export const TERM_STATES = ['open', 'asked', 'answered', 'to-approve', 'rejected', 'coded', 'autocoded'] as const
export type TermState = (typeof TERM_STATES)[number]

/** What the queue can be narrowed to: one of the states, or several of them together. */
export const QUEUE_VIEWS = ['todo', ...TERM_STATES, 'any'] as const
export type QueueView = (typeof QUEUE_VIEWS)[number]

/** `impact`: serious events and frequent terms first; `age`: the oldest first; `text`: by the verbatim. */
export const QUEUE_SORTS = ['impact', 'age', 'text', 'confidence'] as const
export type QueueSort = (typeof QUEUE_SORTS)[number]

const filter = {
  view: Type.Optional(toWord(QUEUE_VIEWS)),
  domain: Type.Optional(Domain),
  dictionary: Type.Optional(Type.String({ maxLength: 100 })),
  site: Type.Optional(Type.String({ maxLength: 200 })),
  form: Type.Optional(Type.String({ maxLength: 200 })),
  /** What autocoding said: ambiguous, compound … */
  outcome: Type.Optional(Type.String({ maxLength: 40 })),
  serious: Type.Optional(Type.Boolean()),
  /** Part of the verbatim, folded. */
  text: Type.Optional(Type.String({ maxLength: 200 })),
}

export const QueueFilter = toClosed(filter)
export type QueueFilter = Static<typeof QueueFilter>

/** `cursor` goes on from a page; `offset` jumps, as a scroll bar does. */
export const QueueQuery = toClosed({
  ...filter,
  sort: Type.Optional(toWord(QUEUE_SORTS)),
  cursor: Type.Optional(Cursor),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
})
export type QueueQuery = Static<typeof QueueQuery>

export const CodeView = toClosed({ code: Type.String(), text: Type.String(), part: toNullable(Type.String()) })

/** One term group as a line of the queue. */
export const TermRow = toClosed({
  id: Id,
  domain: Domain,
  dictionary: Type.String(),
  verbatim: Verbatim,
  state: toWord(TERM_STATES),
  occurrences: Type.Integer(),
  serious: Type.Integer(),
  subjects: Type.Integer(),
  sites: Type.Integer(),
  /** As-of of the transfer that first brought it. */
  since: Moment,
  outcome: toNullable(Type.String()),
  /** Why it waits, or how it was coded; one sentence. */
  reason: Type.String(),
  /** The likeliest term of an open one. */
  top: toNullable(toClosed({ code: Type.String(), text: Type.String(), confidence: Type.Number() })),
  /** What it is coded to; several for a split. */
  codes: Type.Array(CodeView),
  by: toNullable(Type.String()),
  at: toNullable(Moment),
  decision: toNullable(Id),
  asked: Type.Integer(),
  answered: Type.Integer(),
  /** Occurrences that stand apart from the term and wait for a person. */
  apart: Type.Integer(),
  /** Of a term without a code: what its records were reported as and coded to before their sites changed them. */
  was: toNullable(toClosed({ verbatim: Verbatim, codes: Type.Array(CodeView), occurrences: Type.Integer() })),
})
export type TermRow = Static<typeof TermRow>

export const Queue = toClosed({
  total: Type.Integer(),
  offset: Type.Integer(),
  rows: Type.Array(TermRow),
  next: toNullable(Cursor),
  /** The chain's last event that the rows speak for. */
  seq: Type.Integer(),
})
export type Queue = Static<typeof Queue>

const Count = toClosed({ value: Type.String(), terms: Type.Integer() })
/** How many terms each value of each filter would leave, the other filters as they are. */
export const Facets = toClosed({
  views: Type.Array(Count),
  domains: Type.Array(Count),
  dictionaries: Type.Array(Count),
  sites: Type.Array(Count),
  forms: Type.Array(Count),
  outcomes: Type.Array(Count),
  serious: Type.Array(Count),
})
export type Facets = Static<typeof Facets>

const Token = toClosed({
  text: Type.String(),
  start: Type.Integer(),
  end: Type.Integer(),
  role: Type.String(),
  term: Type.Optional(Type.String()),
  grounds: Type.Optional(Type.String()),
})
export const AlignmentView = toClosed({
  tokens: Type.Array(Token),
  missing: Type.Array(toClosed({ text: Type.String(), isLight: Type.Boolean() })),
})
export const CandidateView = toClosed({
  path: Path,
  confidence: Type.Number(),
  why: Type.String(),
  alignment: Type.Optional(AlignmentView),
})
export type CandidateView = Static<typeof CandidateView>

/** What the machine says of the verbatim now, with what is in force. */
export const Proposal = toClosed({
  outcome: Type.String(),
  step: Type.String(),
  reason: Type.String(),
  confidence: Type.Number(),
  candidates: Type.Array(CandidateView),
  /** Of a report of several events: each stretch with its first candidate. */
  parts: Type.Array(
    toClosed({ text: Type.String(), start: Type.Integer(), end: Type.Integer(), candidate: CandidateView }),
  ),
  siteQuery: toNullable(Type.String()),
})

export const DecisionView = toClosed({
  id: Id,
  seq: Type.Integer(),
  outcome: Type.String(),
  step: Type.String(),
  confidence: Type.Number(),
  reason: Type.String(),
  codes: Type.Array(
    toClosed({ path: Path, part: toNullable(Type.String()), dictionary: Type.String(), isCurrent: Type.Boolean() }),
  ),
  by: Type.String(),
  byMachine: Type.Boolean(),
  at: Moment,
  approval: toWord(['none-needed', 'pending', 'approved', 'rejected']),
  verdict: toNullable(toClosed({ by: Type.String(), at: Moment, reason: toNullable(Type.String()) })),
  /** Whether it speaks for the verbatim as it is. */
  isOfNow: Type.Boolean(),
})
export type DecisionView = Static<typeof DecisionView>

export const NoteView = toClosed({
  seq: Type.Integer(),
  text: Type.String(),
  by: Type.String(),
  at: Moment,
  occurrence: toNullable(Id),
})

/** A record of the term that was reported and coded under another one, before its site changed it. */
export const FormerView = toClosed({
  occurrence: Id,
  usubjid: Type.String(),
  /** What the site had written. */
  verbatim: Verbatim,
  codes: Type.Array(CodeView),
  by: Type.String(),
  at: Moment,
  /** Whether a person had decided this very record, and not its term. */
  isOwn: Type.Boolean(),
  /** Whether the code still waited for approval. */
  waited: Type.Boolean(),
  /** As-of of the transfer that changed it. */
  changedAt: Moment,
})
export type FormerView = Static<typeof FormerView>

/** One term in full. Offsets of alignments and parts are UTF-16 indices into `folded`. */
export const TermView = toClosed({
  row: TermRow,
  folded: Verbatim,
  dictionary: toClosed({ name: Type.String(), version: Type.String(), levels: Type.Array(Type.String()) }),
  proposal: Proposal,
  decision: toNullable(DecisionView),
  notes: Type.Array(NoteView),
  /** The first of the records that came from another term. */
  former: Type.Array(FormerView),
  policy: toWord(APPROVAL_POLICIES),
  /** Whether this person may approve what stands: not their own code. */
  mayApprove: Type.Boolean(),
})
export type TermView = Static<typeof TermView>

export const OccurrenceView = toClosed({
  id: Id,
  usubjid: Type.String(),
  site: toNullable(Type.String()),
  verbatim: Verbatim,
  isSerious: Type.Boolean(),
  /** The allow-listed CRF values beside it, by name. */
  context: Type.Array(toClosed({ name: Type.String(), value: Type.String() })),
  /** Where in the EDC: event, form and their repeats, by name. */
  place: Type.Array(toClosed({ name: Type.String(), value: Type.String() })),
  file: toNullable(Type.String()),
  line: toNullable(Type.Integer()),
  /** A decision of its own; null where it follows the term. */
  decision: toNullable(DecisionView),
  siteQuery: toNullable(
    toClosed({ id: Id, state: toWord(SITE_QUERY_STATES), text: Type.String(), ageDays: Type.Integer() }),
  ),
})
export type OccurrenceView = Static<typeof OccurrenceView>
export const Occurrences = toClosed({
  rows: Type.Array(OccurrenceView),
  total: Type.Integer(),
  next: toNullable(Cursor),
})
export type Occurrences = Static<typeof Occurrences>

/** How verbatims like this one were coded before. */
export const PrecedentView = toClosed({
  study: Type.String(),
  isHere: Type.Boolean(),
  verbatim: Verbatim,
  isSame: Type.Boolean(),
  codes: Type.Array(CodeView),
  by: Type.String(),
  at: Moment,
  occurrences: Type.Integer(),
})
export const Precedents = toClosed({ rows: Type.Array(PrecedentView) })
export type Precedents = Static<typeof Precedents>

/** The decision that the person looked at; null for a term that nothing was decided about. */
const seen = toNullable(Id)
const occurrence = Type.Optional(Id)
export const CodeBody = toClosed({
  codes: Type.Array(toClosed({ term: Code, part: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })) }), {
    minItems: 1,
    maxItems: 20,
  }),
  seen,
  reason: Type.Optional(Text),
  /** One occurrence that differs; the whole term where left out. */
  occurrence,
  /** Proposes the code as a synonym as well; it waits for a second person. */
  synonym: Type.Optional(ProposeWithCode),
})
export type CodeBody = Static<typeof CodeBody>
export const UndoBody = toClosed({ seen, reason: Type.Optional(Text), occurrence })
export const ApproveBody = toClosed({ seen: Id, reason: Type.Optional(Text), occurrence })
export const RejectBody = toClosed({ seen: Id, reason: Text, occurrence })
export const NoteBody = toClosed({ text: Text, occurrence })

/** What an act did. */
export const ActView = toClosed({
  decision: Id,
  codes: Type.Array(CodeView),
  occurrences: Type.Integer(),
  approval: toWord(['none-needed', 'pending', 'approved', 'rejected']),
  row: TermRow,
  /** The synonym that was proposed with it, or why it was not: the code stands all the same. */
  synonym: Type.Optional(toClosed({ entry: toNullable(EntryView), refused: toNullable(Type.String()) })),
})
export type ActView = Static<typeof ActView>
