/** What the study is called, and whether the export is of a test copy of it. */
import schema from '../../schemas/study.schema.json' with { type: 'json' }
import { ENVIRONMENT_NAMES, PROTOCOL_NAMES } from './column-names.ts'
import { profileColumns } from './column-profile.ts'
import type { Evidence } from './evidence.ts'
import { listByName } from './propose-table.ts'
import type { SampledFile, SampledTable } from './sampled-file.ts'

export interface StudyNames {
  /** '' where none is stated, or none that can be an id. */
  readonly protocol: string
  readonly environment: string
}

/** Proposes protocol and environment from the first of the files that state them. */
export function proposeStudyNames(files: readonly SampledFile[], evidence: Evidence[]): StudyNames {
  const stated = files.flatMap((file) => findStated(file) ?? [])[0]
  // Rave names a project's copies "ABC-123(UAT)".
  const [, name = '', suffix] = /^([^()]*?)\s*(?:\(([^()]+)\))?$/.exec(stated?.text ?? '') ?? []
  const pattern = new RegExp(schema.properties.study.properties.protocol.pattern)
  const protocol = pattern.test(name) && name.length <= 40 ? name : ''
  const whyNoProtocol =
    stated === undefined
      ? 'no column holds one study name in all rows'
      : `"${stated.text}" cannot be an id: give a short name`
  evidence.push({
    field: 'study.protocol',
    column: stated?.column ?? null,
    why: protocol === '' ? `${whyNoProtocol}; it leads every key` : `"${stated?.text}" ${stated?.where}`,
    confidence: protocol === '' ? 'unsure' : (stated?.confidence ?? 'sure'),
  })
  const environment = files.flatMap((file) => findEnvironment(file) ?? [])[0]
  const place = environment?.text ?? suffix ?? files.map(({ traits }) => traits.name).join(' ')
  const isTest = /(^|[^a-z])(uat|test|dev|training|sandbox)([^a-z]|$)/i.test(place)
  evidence.push({
    field: 'study.environment',
    column: environment?.column ?? null,
    why: isTest ? `"${place}" speaks of a test copy` : 'assumed: nothing speaks of a test copy; name it if this is one',
    confidence: 'likely',
  })
  return { protocol, environment: isTest ? 'uat' : 'production' }
}

interface Stated {
  readonly text: string
  readonly column: string | null
  readonly where: string
  readonly confidence: Evidence['confidence']
}

function findStated(file: SampledFile): Stated | undefined {
  if (file.kind === 'table') {
    const found = findConstant(file, PROTOCOL_NAMES)
    return found && { ...found, where: 'in every row', confidence: 'sure' }
  }
  const { protocolName, studyName, studies } = file.facts
  const [oid] = studies
  if (protocolName !== '') return { text: protocolName, column: null, where: 'is the ProtocolName', confidence: 'sure' }
  if (studyName !== '') return { text: studyName, column: null, where: 'is the StudyName', confidence: 'likely' }
  return oid === undefined ? undefined : { text: oid, column: null, where: 'is the StudyOID', confidence: 'likely' }
}

function findEnvironment(file: SampledFile): { readonly text: string; readonly column: string | null } | undefined {
  if (file.kind === 'table') return findConstant(file, ENVIRONMENT_NAMES)
  const oid = file.facts.studies.find((text) => /\([^()]+\)$/.test(text))
  return oid === undefined ? undefined : { text: /\(([^()]+)\)$/.exec(oid)?.[1] ?? '', column: null }
}

/** An id that only a database knows: a GUID, with hyphens or without. */
const GUID = /^\{?[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\}?$/i

/** The value of a column that has the same one in every sampled row; no GUID, which nobody calls a study by. */
function findConstant({ header, rows }: SampledTable, names: readonly string[]) {
  const column = listByName(profileColumns(header, rows), names).find(
    ({ values, filled, rows: count }) =>
      values.size === 1 && filled === count && ![...values.keys()].some((text) => GUID.test(text)),
  )
  return column && { text: [...column.values.keys()][0] ?? '', column: column.name }
}
