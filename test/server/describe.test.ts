/** The OpenAPI document, and the table of refusals. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { STATUS } from '../../pipeline/server/problems.ts'
import { toUrl } from '../../pipeline/server/register.ts'
import { ROUTES } from '../../pipeline/server/routes.ts'
import { compareCodeUnits } from '../../schemas/content-id.ts'
import { ERRORS } from '../../schemas/errors.ts'
import { type StartedServer, startServer } from './start.ts'

interface Operation {
  readonly summary: string
  readonly security?: unknown[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: { readonly [type: string]: { readonly schema: object } } }
  readonly responses: { readonly [status: string]: { readonly content?: object } }
}
interface Document {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
}

let server: StartedServer
let document: Document

beforeAll(async () => {
  server = await startServer()
  document = await server.client().ask<Document>('GET', '/api/openapi.json')
})
afterAll(() => server.close())

test('the document names every route of the table, and nothing else', () => {
  const told = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const rows = ROUTES.map((route) => `${route.method} ${toUrl(route).replaceAll(/:(\w+)/g, '{$1}')}`)
  expect(told.sort(compareCodeUnits)).toEqual(rows.sort(compareCodeUnits))
})

test('the document has the form of OpenAPI 3.1: each operation with its parameters, body, answers and refusals', () => {
  expect(document.openapi).toMatch(/^3\.1\./)
  expect(document.info).toMatchObject({ title: 'aecoder', version: expect.stringMatching(/^\d/) as string })
  for (const route of ROUTES) {
    const path = toUrl(route).replaceAll(/:(\w+)/g, '{$1}')
    const operation = document.paths[path]?.[route.method.toLowerCase()]
    expect([path, operation?.summary]).toEqual([path, route.summary])
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    const declared = (operation?.parameters ?? []).filter((each) => each.in === 'path')
    const inDocument = declared.map(({ name, required }) => (required ? name : `${name}?`))
    expect(inDocument.sort(compareCodeUnits)).toEqual(inPath.sort(compareCodeUnits))
    expect([path, operation?.requestBody !== undefined]).toEqual([path, route.body !== undefined])
    expect(Object.keys(operation?.responses ?? {}).sort(compareCodeUnits)).toEqual(['200', '4XX', '5XX'])
    expect(operation?.security).toEqual(route.permission === 'public' ? [] : undefined)
  }
  // No reference that leads nowhere.
  expect(JSON.stringify(document)).not.toContain('"$ref"')
})

test('every code of the table of errors has a status of its own kind', () => {
  expect(Object.keys(STATUS).sort(compareCodeUnits)).toEqual(Object.keys(ERRORS).sort(compareCodeUnits))
  for (const status of Object.values(STATUS)) expect(status).toBeGreaterThanOrEqual(400)
})
