/** The contracts of the synonym lists: entries with what speaks against them, and what people do to them. */
import { ENTRY_STATES, LIST_SCOPES } from '../lists.ts'
import {
  Code,
  Cursor,
  Domain,
  Id,
  Limit,
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

const Scope = toWord(LIST_SCOPES)
const State = toWord(ENTRY_STATES)

const Step = toClosed({ by: Type.String(), at: Moment, reason: toNullable(Type.String()) })

/** An entry of a list. Only approved ones code, from the next run on. */
export const EntryView = toClosed({
  id: Id,
  scope: Scope,
  state: State,
  /** Null for every domain that is coded in the dictionary. */
  domain: toNullable(Domain),
  dictionary: Type.String(),
  verbatim: Verbatim,
  path: Path,
  /** `decision <id>`, a file's row, `a person`. */
  origin: Type.String(),
  proposed: Step,
  /** How it came into its state; null while it is proposed. */
  decided: toNullable(Step),
  /** What speaks against it, one sentence each. */
  contradictions: Type.Array(Type.String()),
  /** What this person may do with it now. */
  may: Type.Array(toWord(['approve', 'reject', 'retire'])),
})
export type EntryView = Static<typeof EntryView>

export const ListsQuery = toClosed({
  scope: Type.Optional(Scope),
  state: Type.Optional(State),
  /** Words of the verbatim or of the term. */
  text: Type.Optional(Type.String({ maxLength: 200 })),
  cursor: Type.Optional(Cursor),
  limit: Type.Optional(Limit),
})
export type ListsQuery = Static<typeof ListsQuery>

export const Lists = toClosed({
  entries: Type.Array(EntryView),
  next: toNullable(Cursor),
  /** The lists that this study has. */
  scopes: Type.Array(Scope),
  counts: Type.Array(toClosed({ scope: Scope, state: State, entries: Type.Integer() })),
})
export type Lists = Static<typeof Lists>

export const ProposeBody = toClosed({
  scope: Scope,
  verbatim: Type.String({ minLength: 1, maxLength: 500 }),
  domain: toNullable(Domain),
  dictionary: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  /** A code, or the text of a current term. */
  term: Type.Union([Code, Type.String({ minLength: 1, maxLength: 400 })]),
  reason: Type.Optional(Text),
})

/** What is proposed together with a code: for that verbatim, in one domain or every one. */
export const ProposeWithCode = toClosed({
  scope: Scope,
  isEveryDomain: Type.Optional(Type.Boolean()),
  reason: Type.Optional(Text),
})

export const ApproveEntryBody = toClosed({ reason: Type.Optional(Text) })
export const EndEntryBody = toClosed({ reason: Text })

/** Letters of a list that can be sent; the body holds a little more. */
const LARGEST_LIST = 4_800_000
export const ImportBody = toClosed({
  scope: Scope,
  /** The file's name, for messages and as the entries' origin. */
  name: Type.String({ minLength: 1, maxLength: 200 }),
  text: Type.String({ minLength: 1, maxLength: LARGEST_LIST }),
})
export const ImportView = toClosed({
  proposed: Type.Integer(),
  /** In the list already. */
  known: Type.Integer(),
  /** Rejected or retired in the file. */
  passedOver: Type.Integer(),
})
export const ExportQuery = toClosed({ scope: Scope, state: Type.Optional(State) })
