/** Files for the tests of ingest: texts written beside what is expected of them. */

import { expect } from 'vitest'
import { readSource } from '../../pipeline/ingest/read-source.ts'
import { toCanonicalJson } from '../../schemas/content-id.ts'
import { assertNever } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { parseKeyText, toKeyText, toOccurrenceContentId, toOccurrenceId } from '../../schemas/occurrence-id.ts'
import type { CrfContext, Occurrence, OccurrenceChange, OccurrenceKey, RowOutcome } from '../../schemas/records.ts'
import { parseStudyConfig, type SourceConfig, type StudyConfig, toStudyId } from '../../schemas/study.ts'

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
      case 'superseded':
        return `${outcome.line} superseded`
      case 'rejected':
        return `${outcome.line} rejected ${outcome.code}`
      case 'occurrences':
        return `${outcome.line} ${outcome.occurrences.map(({ verbatim }) => JSON.stringify(verbatim)).join(' ')}`
      case 'subject':
        return `${outcome.line} ${outcome.subject.subject} ${outcome.subject.sex} ${outcome.subject.birthYear}`
      case 'changes':
        return `${outcome.line} changes ${outcome.changes.map(toChangeWords).join('; ')}`
      case 'subject-change':
        return `${outcome.line} changes ${outcome.subject.subject}: sex ${outcome.isSexStated ? outcome.subject.sex : '-'}, born ${outcome.isBirthYearStated ? outcome.subject.birthYear : '-'}`
      case 'subject-name':
        return `${outcome.line} ${outcome.name.subject} is called ${JSON.stringify(outcome.name.subjectRaw)}`
      case 'removal':
        return `${outcome.line} removes ${JSON.stringify(Object.values(outcome.scope))}`
      default:
        return assertNever(outcome)
    }
  })
}

/** What a change states: the term and the values of the context that it names. */
function toChangeWords({ occurrence, isTermStated, stated }: OccurrenceChange): string {
  const context = JSON.parse(occurrence.context) as CrfContext
  return [
    ...(isTermStated ? [JSON.stringify(occurrence.verbatim)] : []),
    ...[...stated].map((name) => `${name}=${JSON.stringify(context[name])}`),
  ].join(' ')
}

/** Occurrences with key and context as the objects that their texts stand for. */
export function listOccurrences(
  outcomes: readonly RowOutcome[],
): (Omit<Occurrence, 'key' | 'context'> & { key: OccurrenceKey; context: CrfContext })[] {
  return outcomes.flatMap((outcome) =>
    outcome.kind === 'occurrences'
      ? outcome.occurrences.map((occurrence) => ({
          ...occurrence,
          key: parseKeyText(occurrence.key),
          context: JSON.parse(occurrence.context) as CrfContext,
        }))
      : [],
  )
}

/** Holds ids and texts, which ingest spells in its own way, against the rules of schemas/occurrence-id.ts. */
export function expectRuledIdentities(outcomes: readonly RowOutcome[], study: StudyConfig): void {
  const stored = outcomes.flatMap((outcome) => (outcome.kind === 'occurrences' ? outcome.occurrences : []))
  for (const [index, occurrence] of listOccurrences(outcomes).entries()) {
    expect(occurrence.id).toBe(toOccurrenceId(toStudyId(study), occurrence.key))
    expect(occurrence.contentId).toBe(toOccurrenceContentId(occurrence))
    expect(stored[index]?.key).toBe(toKeyText(occurrence.key))
    expect(stored[index]?.context).toBe(toCanonicalJson(occurrence.context))
  }
}

export function listRemarks(outcomes: readonly RowOutcome[]): string[] {
  return outcomes.flatMap((outcome) =>
    'remarks' in outcome ? outcome.remarks.map(({ code, text }) => `${code}: ${text}`) : [],
  )
}
