/** Hiding words of a term over HTTP: who may, and what everybody is shown from then on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RedactionView } from '../../schemas/api/redaction.ts'
import type { Queue, TermView } from '../../schemas/api/terms.ts'
import { type StartedServer, startServer } from './start.ts'

let server: StartedServer

beforeAll(async () => {
  server = await startServer({ isExactOnly: true })
})
afterAll(() => server.close())

test('a data manager hides a word, and from then on the coder is not shown it', async () => {
  const [dan, ann] = [await server.signIn('dan'), await server.signIn('ann')]
  const { rows } = await ann.ask<Queue>('POST', `${server.base}/terms/list`, { view: 'open' })
  const row = rows.find(({ verbatim }) => /^[a-z]{4,8} [a-z]{4,}/i.test(verbatim))
  const word = row?.verbatim.split(' ')[0] ?? ''
  const path = `${server.base}/terms/${row?.id}/redactions`
  const body = { words: [word], reason: 'the name of a subject' }
  expect(await ann.refused('POST', path, { body })).toEqual({ status: 403, code: 'NOT_PERMITTED' })
  expect((await dan.refused('POST', path, { body: { ...body, words: [] } })).status).toBe(400)

  const hidden = await dan.ask<RedactionView>('POST', path, body)
  const shown = row?.verbatim.replace(word, '█'.repeat(word.length))
  expect(hidden).toMatchObject({ shown, hidden: 1, occurrences: row?.occurrences, row: { verbatim: shown } })
  const term = await ann.ask<TermView>('GET', `${server.base}/terms/${row?.id}`)
  expect(term.row.verbatim).toBe(shown)
  expect(term.folded).not.toContain(word.toLowerCase())
  expect(await ann.ask('GET', `${server.base}/redactions/counts`)).toEqual({ terms: 1, occurrences: row?.occurrences })
})
