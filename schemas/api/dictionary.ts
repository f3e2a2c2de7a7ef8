/** The contracts of the dictionary browser. */
import { Node, Path, type Static, Type, toClosed, toNullable, toWord } from './schema.ts'

export const SearchQuery = toClosed({
  text: Type.String({ minLength: 1, maxLength: 200 }),
  mode: Type.Optional(toWord(['exact', 'begins', 'contains', 'wildcard', 'similar'])),
  level: Type.Optional(Type.String({ maxLength: 40 })),
  domain: Type.Optional(toWord(['AE', 'MH'])),
  dictionary: Type.Optional(Type.String({ maxLength: 100 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})
export const HitView = toClosed({
  level: Type.String(),
  code: Type.String(),
  text: Type.String(),
  isCurrent: Type.Boolean(),
  /** Whether a verbatim can be coded to it. */
  isAssignable: Type.Boolean(),
  path: Path,
})
export type HitView = Static<typeof HitView>
export const Hits = toClosed({ rows: Type.Array(HitView), dictionary: Type.String(), version: Type.String() })

export const NodeParams = toClosed({
  level: Type.String({ minLength: 1, maxLength: 40 }),
  code: Type.String({ minLength: 1, maxLength: 60 }),
})
export const DictionaryQuery = toClosed({
  domain: Type.Optional(toWord(['AE', 'MH'])),
  dictionary: Type.Optional(Type.String({ maxLength: 100 })),
})
/** A node with all that stands around it. */
export const NodeView = toClosed({
  node: toNullable(HitView),
  /** Every path to its concept, the primary one first. */
  paths: Type.Array(toClosed({ path: Path, isPrimary: Type.Boolean() })),
  parents: Type.Array(Node),
  children: Type.Array(
    toClosed({ level: Type.String(), code: Type.String(), text: Type.String(), isCurrent: Type.Boolean() }),
  ),
  /** The other names of its concept. */
  names: Type.Array(toClosed({ code: Type.String(), text: Type.String(), isCurrent: Type.Boolean() })),
  standardQueries: Type.Array(
    toClosed({ code: Type.String(), name: Type.String(), scope: toWord(['narrow', 'broad']) }),
  ),
  notes: Type.Array(toClosed({ kind: Type.String(), text: Type.String() })),
  replacement: toNullable(toClosed({ code: Type.String(), text: Type.String() })),
})
export type NodeView = Static<typeof NodeView>
