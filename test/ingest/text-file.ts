/** Files for the tests of ingest: texts written beside what is expected of them. */

import { readSource } from '../../pipeline/ingest/read-source.ts'
import { assertNever } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import type { Occurrence, RowOutcome } from '../../schemas/records.ts'
import { parseStudyConfig, type SourceConfig, type StudyConfig } from '../../schemas/study.ts'

export function toFile(name: string, text: string): SourceFile {
  return {
    name,
    async *open() {
      yield new TextEncoder().encode(text)
    },
  }
}

/** A validated study of one source; `source` is written as in study.json. */
export function toStudy(source: object, further: object = {}): StudyConfig & { source: SourceConfig } {
  const config = parseStudyConfig(
    JSON.stringify({
      study: { protocol: 'ABC-101', environment: 'uat' },
      dictionary: { name: 'OpenAE', version: '0.1', path: 'dictionary' },
      sources: [{ id: 'src', files: ['*'], ...source }],
      ...further,
    }),
    'study.json',
  )
  const [first] = config.sources
  if (first === undefined) throw new Error('a study has a source')
  return { ...config, source: first }
}

export async function readOutcomes(
  file: SourceFile,
  study: StudyConfig & { source: SourceConfig },
): Promise<RowOutcome[]> {
  const { batches } = await readSource({ config: study, source: study.source, file })
  const outcomes: RowOutcome[] = []
  for await (const batch of batches) outcomes.push(...batch)
  return outcomes
}

/** Outcomes in a word each, for comparing whole files. */
export function toWords(outcomes: readonly RowOutcome[]): string[] {
  return outcomes.map((outcome) => {
    switch (outcome.kind) {
      case 'skipped':
        return `${outcome.line} skipped ${outcome.reason}`
      case 'rejected':
        return `${outcome.line} rejected ${outcome.code}`
      case 'occurrences':
        return `${outcome.line} ${outcome.occurrences.map(({ verbatim }) => JSON.stringify(verbatim)).join(' ')}`
      case 'subject':
        return `${outcome.line} ${outcome.subject.subject} ${outcome.subject.sex} ${outcome.subject.birthYear}`
      default:
        return assertNever(outcome)
    }
  })
}

export function listOccurrences(outcomes: readonly RowOutcome[]): Occurrence[] {
  return outcomes.flatMap((outcome) => (outcome.kind === 'occurrences' ? outcome.occurrences : []))
}

export function listRemarks(outcomes: readonly RowOutcome[]): string[] {
  return outcomes.flatMap((outcome) =>
    outcome.kind === 'occurrences' || outcome.kind === 'subject'
      ? outcome.remarks.map(({ code, text }) => `${code}: ${text}`)
      : [],
  )
}
