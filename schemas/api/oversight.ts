/** The contracts of those who look over the work: the dashboard and the audit trail. */
import { Cursor, Moment, type Static, Type, toClosed, toNullable, toWord } from './schema.ts'

export const Dashboard = toClosed({
  totals: toClosed({
    terms: Type.Integer(),
    occurrences: Type.Integer(),
    open: Type.Integer(),
    openOccurrences: Type.Integer(),
    toApprove: Type.Integer(),
    coded: Type.Integer(),
    autocoded: Type.Integer(),
  }),
  /** Per day (ISO date): how many present terms stood in each state at its end. */
  overTime: Type.Array(
    toClosed({ day: Type.String(), autocoded: Type.Integer(), coded: Type.Integer(), queued: Type.Integer() }),
  ),
  /** Why open terms wait. */
  reasons: Type.Array(toClosed({ outcome: Type.String(), terms: Type.Integer(), occurrences: Type.Integer() })),
  /** Machine codes and proposals by the probability they were given, against what people decided later. */
  bands: Type.Array(
    toClosed({
      from: Type.Number(),
      to: Type.Number(),
      terms: Type.Integer(),
      judged: Type.Integer(),
      right: Type.Integer(),
      /** The mean probability of the judged ones. */
      expected: toNullable(Type.Number()),
    }),
  ),
  siteQueries: Type.Array(toClosed({ age: Type.String(), open: Type.Integer(), answered: Type.Integer() })),
  people: Type.Array(
    toClosed({
      name: Type.String(),
      coded: Type.Integer(),
      split: Type.Integer(),
      approved: Type.Integer(),
      rejected: Type.Integer(),
      asked: Type.Integer(),
    }),
  ),
  bodySystems: Type.Array(toClosed({ text: Type.String(), terms: Type.Integer(), occurrences: Type.Integer() })),
})
export type Dashboard = Static<typeof Dashboard>

/** A day, or a moment of one, in UTC. */
export const DAY_OR_MOMENT = '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?Z?)?$'
export const DayOrMoment = Type.String({ pattern: DAY_OR_MOMENT })
export const AuditQuery = toClosed({
  kind: Type.Optional(Type.String({ maxLength: 60 })),
  actor: Type.Optional(Type.String({ maxLength: 200 })),
  /** Part of what it is about, of the reason, or of what is said in it. */
  text: Type.Optional(Type.String({ maxLength: 200 })),
  /** The content id of a term, an occurrence or a decision. */
  about: Type.Optional(Type.String({ pattern: '^[0-9a-f]{32}$' })),
  from: Type.Optional(DayOrMoment),
  to: Type.Optional(DayOrMoment),
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
})
export type AuditQuery = Static<typeof AuditQuery>
export const AuditRow = toClosed({
  seq: Type.Integer(),
  at: Moment,
  actor: Type.String(),
  actorKind: toWord(['person', 'system']),
  auth: Type.String(),
  kind: Type.String(),
  /** What it is about, in words: the verbatim of a term, the transfer … */
  object: Type.String(),
  /** The term's id, where it is about one. */
  term: toNullable(Type.String()),
  before: toNullable(Type.String()),
  after: toNullable(Type.String()),
  reason: toNullable(Type.String()),
  hash: Type.String(),
})
export type AuditRow = Static<typeof AuditRow>
export const Audit = toClosed({
  rows: Type.Array(AuditRow),
  next: toNullable(Cursor),
  /** The whole chain, checked for this answer. */
  chain: toClosed({
    events: Type.Integer(),
    head: Type.String(),
    isWhole: Type.Boolean(),
    faults: Type.Array(Type.String()),
    checkedAt: Moment,
  }),
  actors: Type.Array(Type.String()),
})
export type Audit = Static<typeof Audit>
