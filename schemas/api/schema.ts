/**
 * The language of the API's contracts: one declaration gives the JSON Schema that requests and answers are checked by and
 * the type that server and page share. Knows no route.
 */
import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import { ERRORS, type ErrorCode } from '../errors.ts'

export type { Static, TProperties, TSchema }
export { Type }

/** An object that has these members and no others: what is misspelt is told, not dropped. */
export function toClosed<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false })
}

/** One of some words. */
export function toWord<const W extends string>(words: readonly W[]) {
  return Type.Unsafe<W>(Type.String({ enum: [...words] }))
}

/** A value or null. */
export function toNullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()])
}

/** The content id of a term group, an occurrence or a decision. */
export const Id = Type.String({ pattern: '^[0-9a-f]{32}$' })
/** ISO 8601, UTC. */
export const Moment = Type.String({ maxLength: 40 })
/** What a person writes: never long enough to be a load. */
export const Text = Type.String({ minLength: 1, maxLength: 2000 })
export const Verbatim = Type.String({ maxLength: 4000 })
/** A term's code as a dictionary has it. */
export const Code = Type.String({ minLength: 1, maxLength: 60 })
export const Domain = toWord(['AE', 'MH'])

/** A node of a path, broadest first. */
export const Node = toClosed({ level: Type.String(), code: Type.String(), text: Type.String() })
export const Path = Type.Array(Node)

/** Part of a long list: `next` asks for what follows; null at the end. */
export const Cursor = Type.String({ minLength: 1, maxLength: 400 })
export const Limit = Type.Integer({ minimum: 1, maximum: 500, default: 100 })

/** What every refusal looks like, from the one table of errors. */
export const Problem = toClosed({
  error: toClosed({
    code: Type.Unsafe<ErrorCode | 'UNEXPECTED'>(Type.String({ enum: [...Object.keys(ERRORS), 'UNEXPECTED'] })),
    where: Type.String(),
    found: Type.String(),
    expected: Type.Optional(Type.String()),
    action: Type.Optional(Type.String()),
    /** Of a request that does not have its shape: each part that does not fit. */
    misfits: Type.Optional(Type.Array(toClosed({ at: Type.String(), expected: Type.String() }))),
  }),
})
export type Problem = Static<typeof Problem>
