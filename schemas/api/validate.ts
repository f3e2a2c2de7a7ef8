/** Checking what requests hold: the only place of the API that knows ajv. */
import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import type { TSchema } from './schema.ts'

/** Nothing is coerced and nothing dropped: a misspelt member is told. */
const asIs = new Ajv({ allErrors: true, removeAdditional: false, coerceTypes: false, useDefaults: true, strict: false })
/** In a query string everything is text: numbers and booleans are read from it. */
const fromText = new Ajv({
  allErrors: true,
  removeAdditional: false,
  coerceTypes: true,
  useDefaults: true,
  strict: false,
})
for (const ajv of [asIs, fromText]) addFormats.default(ajv)

/** One thing that does not fit: where it stands, and what was expected there. */
export interface Misfit {
  readonly at: string
  readonly expected: string
}

/** Beyond so many the first ones say enough. */
const MISFITS_NAMED = 10

/**
 * Compiles a schema.
 * @param part a query's values are texts and are coerced; those of bodies and paths are not
 * @returns what does not fit, with no value of the request in it; empty when all does
 */
export function toChecker(schema: TSchema | object, part: 'query' | 'other'): (value: unknown) => readonly Misfit[] {
  const check = (part === 'query' ? fromText : asIs).compile(schema)
  return (value) => (check(value) ? [] : (check.errors ?? []).slice(0, MISFITS_NAMED).map(toMisfit))
}

function toMisfit({ instancePath, keyword, params, message }: ErrorObject): Misfit {
  const at = instancePath.slice(1)
  const below = (name: unknown) => (at === '' ? String(name) : `${at}/${String(name)}`)
  switch (keyword) {
    case 'additionalProperties':
      return { at: below(params.additionalProperty).slice(0, 100), expected: 'nothing of this name' }
    case 'required':
      return { at: below(params.missingProperty), expected: 'a value' }
    case 'enum':
      return { at, expected: (params.allowedValues as readonly unknown[]).join(', ') }
    default:
      return { at, expected: (message ?? keyword).replace(/^must (?:be )?/, '') }
  }
}
