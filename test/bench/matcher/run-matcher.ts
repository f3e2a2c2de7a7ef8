/** One matcher program over a list of queries, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { type AnswerLine, type Done, MOST_HITS, type Ready } from './protocol.ts'

export interface Run {
  readonly ready: Ready
  /** One per query, in their order. */
  readonly answers: readonly AnswerLine[]
  readonly done: Done
}

/** @throws Error when the program fails, or says other than the protocol asks for */
export async function runMatcher(
  script: string,
  { dictionary, queries }: { readonly dictionary: string; readonly queries: readonly string[] },
): Promise<Run> {
  const child = spawn(process.execPath, [script, dictionary], { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(child, 'close') as Promise<[number | null]>
  // A program that ends early closes the pipe; its exit code says more than EPIPE.
  child.stdin.on('error', () => undefined)
  child.stdin.end(queries.map((query) => `${query}\n`).join(''))
  const [written, [code]] = await Promise.all([text(child.stdout), closed])
  if (code !== 0) throw new Error(`${script} ended with ${code}`)
  const lines = written
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  const ready = (lines[0] as { ready?: Ready }).ready
  const done = (lines.at(-1) as { done?: Done }).done
  const answers = lines.slice(1, -1) as AnswerLine[]
  if (ready === undefined || done === undefined)
    throw new Error(`${script}: expected a first line ready, a last line done`)
  if (answers.length !== queries.length)
    throw new Error(`${script}: ${answers.length} answers to ${queries.length} queries`)
  for (const [i, answer] of answers.entries()) checkAnswer(answer, { query: queries[i] ?? '', script })
  return { ready, answers, done }
}

function checkAnswer({ q, hits, auto, confidence }: AnswerLine, { query, script }: { query: string; script: string }) {
  const wrong = (what: string) => new Error(`${script}: the answer to "${query}" ${what}`)
  if (q !== query) throw wrong(`is to "${q}"`)
  if (typeof auto !== 'boolean' || typeof confidence !== 'number') throw wrong('has no auto or no confidence')
  if (hits.length > MOST_HITS) throw wrong(`has ${hits.length} hits (at most ${MOST_HITS})`)
  if (new Set(hits.map(({ id }) => id)).size !== hits.length) throw wrong('has a concept twice')
  if (hits.some(({ score }, i) => i > 0 && score > (hits[i - 1]?.score ?? 0))) throw wrong('has hits not best first')
  if (auto && hits.length === 0) throw wrong('codes automatically without a hit')
}
