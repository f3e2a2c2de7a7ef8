/** Rows and places for the dataset tests. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from '@uwdata/flechette'
import { onTestFinished } from 'vitest'
import type { DatasetDictionary } from '../../pipeline/dataset/columns.ts'
import { openFolder } from '../../pipeline/storage/folder.ts'
import type { Storage } from '../../schemas/files.ts'
import type { DatasetRow } from '../../schemas/records.ts'
import { MEDDRA_LEVELS, type TermPath } from '../../schemas/terms.ts'

export const DICTIONARY: DatasetDictionary = {
  id: null,
  name: 'OpenAE',
  version: '0.1',
  sha256: 'd'.repeat(64),
  language: 'en',
  hasNumericCodes: true,
  levels: MEDDRA_LEVELS,
}

/** A path of five levels with codes `<code>1` (SOC) to `<code>5` (LLT). */
export function toPath(code: string, term: string): TermPath {
  return ['SOC', 'HLGT', 'HLT', 'PT', 'LLT'].map((level, index) => ({
    level,
    code: `${code}${index + 1}`,
    text: `${term} ${level}`,
  }))
}

/** A row that says nothing but what is given. */
export function toRow(
  given: Partial<Omit<DatasetRow, 'provenance'>> & { provenance?: Partial<DatasetRow['provenance']> },
): DatasetRow {
  return {
    recordKey: 'k'.repeat(32),
    key: '{"subject":"0001"}',
    usubjid: 'S1-0001',
    sequence: 1,
    subject: '0001',
    site: null,
    verbatim: 'headache',
    modified: null,
    context: {},
    path: null,
    beside: [],
    ...given,
    provenance: {
      part: 0,
      decision: null,
      target: null,
      outcome: null,
      step: null,
      confidence: null,
      approval: 'none-needed',
      coder: null,
      codedAt: null,
      approver: null,
      approvedAt: null,
      reason: null,
      artefacts: null,
      ...given.provenance,
    },
  }
}

/** The rows in batches of the given size. */
export async function* inBatches<Row>(rows: readonly Row[], size: number): AsyncGenerator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += size) yield await Promise.resolve(rows.slice(start, start + size))
}

/** A folder that is gone when the test ends. */
export function openTestFolder(): { path: string; storage: Storage } {
  const path = mkdtempSync(join(tmpdir(), 'aecoder-dataset-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return { path, storage: openFolder(path) }
}

/** An Arrow file as a reader that is not ours sees it. */
export function readArrow(path: string): {
  readonly names: string[]
  readonly types: { readonly [name: string]: string }
  readonly metadata: Map<string, string>
  readonly fields: { readonly [name: string]: { readonly [key: string]: string } }
  readonly rows: { readonly [name: string]: string | number | null }[]
} {
  const table = tableFromIPC(readFileSync(path))
  const { fields } = table.schema
  const typeNames = new Map([
    [2, 'Int32'],
    [3, 'Float64'],
    [5, 'Utf8'],
  ])
  return {
    names: fields.map(({ name }) => name),
    types: Object.fromEntries(fields.map(({ name, type }) => [name, typeNames.get(type.typeId) ?? 'other'])),
    metadata: table.schema.metadata ?? new Map(),
    fields: Object.fromEntries(fields.map(({ name, metadata }) => [name, Object.fromEntries(metadata ?? [])])),
    rows: table.toArray(),
  }
}
