/** The contracts of site queries: lists, one with its steps, raising, the outbox and the answers. */
import { EXCHANGE_FORMATS, SITE_QUERY_STATES, SITE_QUERY_STEPS, SITE_QUERY_TEXT_AT_MOST } from '../site-queries.ts'
import {
  Cursor,
  Domain,
  Id,
  Moment,
  type Static,
  Text,
  Type,
  toClosed,
  toNullable,
  toWord,
  Verbatim,
} from './schema.ts'

const Question = Type.String({ minLength: 1, maxLength: SITE_QUERY_TEXT_AT_MOST })
/** The number of an event. */
const Seq = Type.Integer({ minimum: 1 })
/** An integer that stands in a URL. */
const SeqText = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })
const Named = toClosed({ name: Type.String(), value: Type.String() })

export const SiteQueryFilterQuery = toClosed({
  state: Type.Optional(toWord([...SITE_QUERY_STATES, 'open'])),
  /** The id that the summary gives a site. */
  site: Type.Optional(Id),
  domain: Type.Optional(Domain),
  /** Only those older than so many days. */
  olderThan: Type.Optional(Type.Integer({ minimum: 0, maximum: 10000 })),
  term: Type.Optional(Id),
  cursor: Type.Optional(Cursor),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
})
export type SiteQueryFilterQuery = Static<typeof SiteQueryFilterQuery>

/** One site query as a line of a list. */
export const SiteQueryRow = toClosed({
  id: Id,
  state: toWord(SITE_QUERY_STATES),
  text: Question,
  /** The verbatim as it was when the site was asked, and as it is now. */
  basedOn: Verbatim,
  verbatim: Verbatim,
  isPresent: Type.Boolean(),
  raisedAt: Moment,
  raisedBy: Type.String(),
  /** Whole days since it was raised, or reopened last. */
  ageDays: Type.Integer(),
  stateAt: Moment,
  stateBy: Type.String(),
  reason: toNullable(Type.String()),
  answer: toNullable(toClosed({ text: Type.String(), at: toNullable(Type.String()), by: toNullable(Type.String()) })),
  term: Id,
  dictionary: Type.String(),
  occurrence: Id,
  domain: Domain,
  site: toNullable(Type.String()),
  usubjid: Type.String(),
  /** Where in the EDC: event, form and their repeats, by name. */
  place: Type.Array(Named),
  /** What a person who acts on it has seen: `seen` of the acts. */
  lastSeq: Seq,
})
export type SiteQueryRow = Static<typeof SiteQueryRow>
export const SiteQueryPage = toClosed({ rows: Type.Array(SiteQueryRow), next: toNullable(Cursor) })
export type SiteQueryPage = Static<typeof SiteQueryPage>

export const SiteQueryParams = toClosed({ id: Id })
/** One site query in full. */
export const SiteQueryFull = toClosed({
  row: SiteQueryRow,
  /** The allow-listed CRF values beside the verbatim, by name. */
  context: Type.Array(Named),
  steps: Type.Array(
    toClosed({
      seq: Seq,
      kind: toWord(SITE_QUERY_STEPS),
      text: toNullable(Type.String()),
      answeredAt: toNullable(Type.String()),
      answeredBy: toNullable(Type.String()),
      by: Type.String(),
      auth: Type.String(),
      at: Moment,
      reason: toNullable(Type.String()),
    }),
  ),
})
export type SiteQueryFull = Static<typeof SiteQueryFull>

export const TermParams = toClosed({ term: Id })
export const SiteQueryProposalView = toClosed({
  text: Question,
  /** Present occurrences that would be asked about, and their sites; those asked already; those coded on their own. */
  free: Type.Integer(),
  sites: Type.Integer(),
  asked: Type.Integer(),
  codedAlone: Type.Integer(),
  /** The decision in force: `seen` of raising. */
  seen: toNullable(Id),
})
export type SiteQueryProposalView = Static<typeof SiteQueryProposalView>

export const RaiseBody = toClosed({
  text: Question,
  /** The decision that the person looked at; null for a term that nothing was decided about. */
  seen: toNullable(Id),
  /** Some occurrences of the term; all that can be asked about where left out. */
  occurrences: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 1000, uniqueItems: true })),
})
export type RaiseBody = Static<typeof RaiseBody>
export const RaisedView = toClosed({
  count: Type.Integer(),
  sites: Type.Integer(),
  passedOver: Type.Integer(),
  /** The first of them. */
  rows: Type.Array(SiteQueryRow),
})
export type RaisedView = Static<typeof RaisedView>

export const EditBody = toClosed({ text: Question, seen: Type.Optional(Seq) })
export const StepBody = toClosed({ reason: Text, seen: Type.Optional(Seq) })

export const OutboxView = toClosed({ seq: Seq, at: Moment, by: Type.String(), count: Type.Integer() })
export const Outboxes = toClosed({ rows: Type.Array(OutboxView), waiting: Type.Integer() })
export type Outboxes = Static<typeof Outboxes>
export const SentView = toClosed({ seq: Seq, count: Type.Integer() })
export const OutboxParams = toClosed({ seq: SeqText })
export const OutboxQuery = toClosed({ as: Type.Optional(toWord(EXCHANGE_FORMATS)) })

/** A whole file as text. */
export const AnswersBody = toClosed({
  as: toWord(EXCHANGE_FORMATS),
  text: Type.String({ minLength: 1, maxLength: 5_000_000 }),
})
export const AnswersView = toClosed({
  answered: Type.Integer(),
  /** Of site queries that were closed meanwhile: kept, and they stay closed. */
  late: Type.Array(Id),
  /** Rows without an answer. */
  blank: Type.Integer(),
})
export type AnswersView = Static<typeof AnswersView>

export const SiteQuerySummaryView = toClosed({
  states: Type.Array(toClosed({ state: toWord(SITE_QUERY_STATES), count: Type.Integer() })),
  ages: Type.Array(toClosed({ age: Type.String(), open: Type.Integer(), answered: Type.Integer() })),
  sites: Type.Array(
    toClosed({
      id: Id,
      site: toNullable(Type.String()),
      open: Type.Integer(),
      answered: Type.Integer(),
      oldestDays: Type.Integer(),
    }),
  ),
})
export type SiteQuerySummaryView = Static<typeof SiteQuerySummaryView>
