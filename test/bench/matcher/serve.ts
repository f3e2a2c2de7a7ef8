/** Makes a program that speaks the bench's protocol (protocol.ts) of a function that builds a matcher. */
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Answer, AnswerLine, Done, Ready } from './protocol.ts'

export interface DictionaryRow {
  readonly concept: string
  readonly term: string
  readonly isPreferred: boolean
}

/** @param domain the SDTM domain of the query, where the bench knows it */
export type Matcher = (query: string, domain: string | undefined) => Answer

/**
 * Reads the dictionary named on the command line, builds, then answers all of standard input. Work that a matcher
 * puts off until its first query counts as matching, not as building.
 * @throws Error when no dictionary is named or a row of it has other than three columns
 */
export async function serveMatcher({
  build,
}: {
  readonly build: (rows: readonly DictionaryRow[]) => Matcher | Promise<Matcher>
}): Promise<void> {
  const path = process.argv[2]
  if (path === undefined) throw new Error(`no dictionary named: expected ${process.argv[1]} DICTIONARY.tsv`)
  const bytes = readFileSync(path)
  const buildStarted = performance.now()
  const match = await build(parseDictionary(bytes.toString('utf8')))
  const ready: Ready = { buildSeconds: secondsSince(buildStarted), rssMb: toMb(process.memoryUsage.rss()) }
  writeLine({ ready })

  const queries = (await text(process.stdin)).split('\n')
  if (queries.at(-1) === '') queries.pop()
  const matchingStarted = performance.now()
  const answers = queries.map((query) => {
    const tab = query.indexOf('\t')
    return tab === -1 ? match(query, undefined) : match(query.slice(0, tab), query.slice(tab + 1))
  })
  const done: Done = {
    seconds: secondsSince(matchingStarted),
    peakRssMb: toMb(process.resourceUsage().maxRSS * 1024),
  }
  for (const [i, answer] of answers.entries()) {
    const line: AnswerLine = { q: queries[i] ?? '', ...answer }
    writeLine(line)
  }
  writeLine({ done })
}

/** @throws Error naming the line when a row has other than three columns */
export function parseDictionary(tsv: string): DictionaryRow[] {
  const rows: DictionaryRow[] = []
  let line = 0
  for (let from = 0, to = 0; from < tsv.length; from = to + 1) {
    to = tsv.indexOf('\n', from)
    if (to === -1) to = tsv.length
    line += 1
    if (line === 1 || to === from) continue
    const first = tsv.indexOf('\t', from)
    const second = tsv.indexOf('\t', first + 1)
    const third = tsv.indexOf('\t', second + 1)
    if (first === -1 || second <= first || second > to || (third > second && third < to))
      throw new Error(
        `dictionary line ${line} has ${tsv.slice(from, to).split('\t').length} columns (expected concept, term, is_preferred)`,
      )
    rows.push({
      concept: tsv.slice(from, first),
      term: tsv.slice(first + 1, second),
      isPreferred: tsv.slice(second + 1, to) === '1',
    })
  }
  return rows
}

function writeLine(line: AnswerLine | { readonly ready: Ready } | { readonly done: Done }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000
}

function toMb(bytes: number): number {
  return bytes / 2 ** 20
}
