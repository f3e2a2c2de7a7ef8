/** The contracts of approval in bulk, of review since a signature, and of signing off. */
import { CODED_OUTCOMES, REVIEW_OUTCOMES } from '../outcomes.ts'
import {
  Code,
  Cursor,
  Domain,
  Id,
  Limit,
  Moment,
  type Static,
  Text,
  Type,
  toClosed,
  toNullable,
  toWord,
  Verbatim,
} from './schema.ts'
import { Password } from './session.ts'

const Count = Type.Integer({ minimum: 0 })
const Event = Type.Integer({ minimum: 0 })
const Name = Type.String({ minLength: 1, maxLength: 200 })
const Verdict = toWord(['approved', 'rejected'])
const Outcome = toWord([
  ...CODED_OUTCOMES,
  ...REVIEW_OUTCOMES,
  'manual',
  'reopened',
  'conflicts-with-context',
  'fits-context',
])
const Target = toWord(['group', 'occurrence'])
const Llt = toClosed({ code: Code, text: Type.String() })

/** Which of the codes that wait; everything left out asks for nothing. */
export const VerdictFilter = toClosed({
  domain: Type.Optional(Domain),
  terminology: Type.Optional(Name),
  outcomes: Type.Optional(Type.Array(Outcome, { minItems: 1, maxItems: 20 })),
  coder: Type.Optional(Name),
  serious: Type.Optional(toWord(['only', 'none'])),
  confidenceFrom: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  /** Just these decisions, whether or not their codes wait. */
  decisions: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 1000 })),
})

const Judgeable = {
  id: Id,
  target: Target,
  targetId: Id,
  domain: Domain,
  terminology: Type.String(),
  verbatim: Verbatim,
  occurrences: Count,
  serious: Count,
  outcome: Outcome,
  confidence: Type.Number(),
  waits: Type.Boolean(),
  coder: Type.String(),
  codedAt: Moment,
  verdict: toNullable(Verdict),
  llts: Type.Array(Llt),
}
const LeftOutFor = toWord(['own-code', 'already-judged', 'not-coded', 'not-in-force'])

export const PreviewBody = toClosed({ filter: VerdictFilter })
export const Preview = toClosed({
  count: Count,
  occurrences: Count,
  serious: Count,
  byOutcome: Type.Record(Type.String(), Count),
  byCoder: Type.Record(Type.String(), Count),
  /** The first ones, serious and frequent ones first. */
  listed: Type.Array(toClosed(Judgeable)),
  leftOut: toClosed({
    counts: Type.Record(Type.String(), Count),
    listed: Type.Array(toClosed({ ...Judgeable, why: LeftOutFor })),
  }),
  /** Stands for just these decisions. */
  token: Type.String(),
})
export type Preview = Static<typeof Preview>

export const JudgeManyBody = toClosed({
  filter: VerdictFilter,
  token: Type.String({ minLength: 1, maxLength: 60 }),
  kind: Verdict,
  reason: Type.Optional(Text),
  /** How many, typed again: asked for above 500. */
  confirm: Type.Optional(Type.Integer({ minimum: 1 })),
  password: Password,
})
export const JudgedMany = toClosed({ count: Count, occurrences: Count })

/** `since`: the event that what was seen last ends with; the last signature's where left out. */
export const ReviewQuery = toClosed({
  since: Type.Optional(Event),
  state: Type.Optional(toWord(['any', 'to-approve'])),
  cursor: Type.Optional(Cursor),
  limit: Type.Optional(Limit),
})
export const SheetQuery = toClosed({
  since: Type.Optional(Event),
  state: Type.Optional(toWord(['any', 'to-approve'])),
})

export const Changed = toClosed({
  target: Target,
  id: Id,
  domain: Domain,
  terminology: Type.String(),
  verbatim: Verbatim,
  occurrences: Count,
  subjects: Count,
  serious: Count,
  /** Null for a term that nobody has decided. */
  decision: toNullable(
    toClosed({
      id: Id,
      outcome: Outcome,
      confidence: Type.Number(),
      coder: Type.String(),
      codedAt: Moment,
      why: toNullable(Type.String()),
      waits: Type.Boolean(),
      /** Whether the decision is new, or only its verdict. */
      isNew: Type.Boolean(),
      verdict: toNullable(toClosed({ kind: Verdict, actor: Type.String(), at: Moment })),
      codings: Type.Array(
        toClosed({
          partText: toNullable(Type.String()),
          path: Type.Array(toClosed({ level: Type.String(), code: Type.String(), text: Type.String() })),
        }),
      ),
    }),
  ),
})
export const Review = toClosed({ since: Event, terms: Type.Array(Changed), next: toNullable(Cursor) })
export type Review = Static<typeof Review>

/** The sheet's text as the spreadsheet program saved it. */
export const SheetBody = toClosed({
  name: Type.Optional(Name),
  text: Type.String({ minLength: 1, maxLength: 5_000_000 }),
  password: Password,
})
export const SheetTaken = toClosed({ rows: Count, approved: Count, rejected: Count, unmarked: Count })

export const SignatureView = toClosed({
  seq: Event,
  kind: toWord(['signed-off', 'unlocked']),
  meaning: Type.String(),
  coversSeq: Event,
  coversHash: Type.String(),
  decisions: Count,
  actor: Type.String(),
  fullName: Type.String(),
  auth: Type.String(),
  at: Moment,
  reason: toNullable(Type.String()),
})
export type SignatureView = Static<typeof SignatureView>

export const SignOffView = toClosed({
  signature: toNullable(SignatureView),
  history: Type.Array(SignatureView),
  /** The chain's last event: what a signature given now would cover; `seen` of the act. */
  headSeq: Event,
  decisions: Count,
  owed: toClosed({ open: Count, toApprove: Count }),
  held: toNullable(
    toClosed({
      transfers: Type.Array(toClosed({ asOf: Moment, input: Type.String() })),
      new: Count,
      changedVerbatim: Count,
      changedContext: Count,
      returned: Count,
      withdrawn: Count,
      newTerms: Count,
    }),
  ),
})
export type SignOffView = Static<typeof SignOffView>

/** Who signs types their name and their password again (21 CFR 11.200). */
export const SignOffBody = toClosed({
  name: Name,
  password: Password,
  meaning: Type.String({ minLength: 1, maxLength: 200 }),
  seen: Event,
  isIncomplete: Type.Optional(Type.Boolean()),
  reason: Type.Optional(Text),
})
export const UnlockBody = toClosed({ password: Password, reason: Text })
