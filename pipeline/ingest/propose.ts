/**
 * A first study.json from the files of an export: the system it comes from, a source for adverse events, medical history
 * and demographics each, and what every guess rests on. Decides nothing in the user's place: what it is unsure of stays
 * empty, and the validation of study.json refuses it.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import type { ExportFormat } from '../../schemas/formats.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import schema from '../../schemas/study.schema.json' with { type: 'json' }
import type { StudyConfig } from '../../schemas/study.ts'
import { toPlainName } from './column-names.ts'
import type { Evidence } from './evidence.ts'
import { toFilePattern } from './file-pattern.ts'
import type { Profile } from './profiles/profile.ts'
import { proposeDemographics, scoreDemographics } from './propose-demographics.ts'
import { findOdmGroups, proposeOdm } from './propose-odm.ts'
import { hasAllForms, proposeTable, type SourceProposal, scoreTable } from './propose-table.ts'
import { type Recognition, recogniseSystem } from './recognise.ts'
import { type SampledFile, sampleFile } from './sampled-file.ts'
import { proposeStudyNames } from './study-names.ts'

/** The system that some of the files come from. */
export interface SystemProposal {
  /** '' where none is known; several joined by "or" where they cannot be told apart. */
  readonly system: string
  readonly profile: string | null
  readonly export: string | null
  readonly confidence: Evidence['confidence']
  readonly why: string
  readonly files: readonly string[]
  /** What a person must look at. */
  readonly checks: readonly string[]
}

export interface Proposal {
  readonly systems: readonly SystemProposal[]
  /** The content of study.json. Fields that are unsure hold "". */
  readonly config: { readonly sources: readonly object[]; readonly [field: string]: unknown }
  readonly evidence: readonly Evidence[]
  /** Files of which no source was made, with the reason. */
  readonly unused: readonly { readonly file: string; readonly why: string }[]
}

export interface ProposeOptions {
  readonly files: readonly SourceFile[]
  /** Rows that are looked at for everything but the key, which is counted over the whole file. */
  readonly sampleRows?: number
  /** The dictionary, as study.json is to name it. */
  readonly dictionary?: StudyConfig['dictionary']
}

interface KnownFile {
  readonly sampled: SampledFile
  readonly recognition: Recognition
}

const DOMAINS = ['AE', 'MH'] as const

/**
 * Looks at the files of an export and proposes a study.json for it. Each file is read for a sample, and those of a source
 * again to count keys over all of their rows.
 * @throws AecoderError FORMAT_UNKNOWN where none of the files can be read, or the export is of a kind that cannot be mapped;
 * for a single file what its reader throws
 */
export async function proposeStudy({
  files,
  sampleRows = 5000,
  dictionary = { name: '', version: '', path: '' },
}: ProposeOptions): Promise<Proposal> {
  const unused: { file: string; why: string }[] = []
  const known = await sampleFiles(files, { sampleRows, unused })
  const proposals = await proposeSources(known, unused)
  const sources = toDistinctIds(proposals)
  const used = new Set(sources.flatMap(({ source }) => source.files))
  const relevant = known.filter(({ sampled }) => used.has(sampled.traits.name))
  const evidence: Evidence[] = []
  const study = proposeStudyNames(
    (relevant.length > 0 ? relevant : known).map(({ sampled }) => sampled),
    evidence,
  )
  for (const [index, proposal] of sources.entries())
    for (const guess of proposal.evidence) evidence.push({ ...guess, field: `sources[${index}].${guess.field}` })
  const usubjid = toUsubjid(sources)
  const names = files.map(({ name }) => name)
  const withPatterns = sources.map(({ source }, index) => {
    const patterns = source.files.map((name) => toFilePattern(name, names))
    if (patterns.every((pattern) => pattern === undefined)) return source
    const why = 'the name holds a date: "*" stands for it, since the next transfer has another'
    evidence.push({ field: `sources[${index}].files`, column: null, why, confidence: 'likely' })
    return { ...source, files: source.files.map((name, at) => patterns[at] ?? name) }
  })
  return {
    systems: toSystems(relevant.length > 0 ? relevant : known),
    config: {
      $schema: schema.$id,
      study,
      dictionary,
      ...(usubjid === undefined ? {} : { usubjid }),
      sources: withPatterns,
    },
    evidence,
    unused,
  }
}

async function sampleFiles(
  files: readonly SourceFile[],
  { sampleRows, unused }: { sampleRows: number; unused: { file: string; why: string }[] },
): Promise<readonly KnownFile[]> {
  const known: KnownFile[] = []
  let locked: AecoderError | undefined
  for (const file of files) {
    try {
      const sampled = await sampleFile(file, sampleRows)
      const recognition = recogniseSystem(sampled.traits)
      refuseUnmappable(recognition, file.name)
      known.push({ sampled, recognition })
    } catch (error) {
      if (!(error instanceof AecoderError) || files.length === 1) throw error
      // A password that is missing or wrong: no other file says more than that.
      if (error.code === 'USAGE') locked ??= error
      unused.push({ file: file.name, why: error.facts.found ?? error.message })
    }
  }
  if (known.length > 0) return known
  if (locked !== undefined) throw locked
  throw new AecoderError('FORMAT_UNKNOWN', {
    where:
      files.length === 0
        ? 'the export'
        : files
            .map(({ name }) => name)
            .slice(0, 5)
            .join(', '),
    found:
      files.length === 0
        ? 'no files'
        : `no file that can be read${unused.length > 0 ? `: ${unused[0]?.file}: ${unused[0]?.why}` : ''}`,
    expected: 'CSV, ODM, Dataset-JSON, Dataset-XML, SAS XPORT, Arrow, Parquet, or a zip of these',
    action: 'Name the export itself: a file, a folder or a zip',
  })
}

function refuseUnmappable({ profile, system }: Recognition, file: string): void {
  if (profile?.instead === undefined) return
  throw new AecoderError('FORMAT_UNKNOWN', {
    where: file,
    found: `an export of ${system} that cannot be mapped: ${profile.export}`,
    action: profile.instead,
  })
}

async function proposeSources(
  known: readonly KnownFile[],
  unused: { file: string; why: string }[],
): Promise<SourceProposal[]> {
  const proposals: SourceProposal[] = []
  for (const domain of DOMAINS) {
    const proposal = await proposeDomain(domain, known, unused)
    if (proposal !== undefined) proposals.push(proposal)
  }
  const [only] = known
  if (
    proposals.length === 0 &&
    known.length === 1 &&
    only?.sampled.kind === 'table' &&
    // A subject and a term are the least: one column is a note beside the export.
    only.sampled.header.length > 1 &&
    scoreDemographics(only.sampled) < 3
  )
    return [await proposeTable(only.sampled, { profile: only.recognition.profile })]
  const demographics = pick(known, ({ sampled }) => scoreDemographics(sampled))[0]
  const subjects = demographics && proposeDemographics(demographics.sampled, demographics.recognition)
  if (subjects !== undefined) proposals.push(subjects)
  if (proposals.length > 0) return proposals
  const [first] = unused
  throw new AecoderError('FORMAT_UNKNOWN', {
    where: known
      .map(({ sampled }) => sampled.traits.name)
      .slice(0, 5)
      .join(', '),
    found: `no form, item group or table that could hold adverse events or medical history${toNamed(known)}${first === undefined ? '' : `; ${first.file}: ${first.why}`}`,
    expected: 'a column or item named like a reported term (AETERM, MHTERM, AE_DESC …)',
    action: 'Check that the export holds these forms, or write study.json by hand',
  })
}

function toNamed(known: readonly KnownFile[]): string {
  const named = toSystems(known).find(({ confidence }) => confidence !== 'unsure')
  return named === undefined ? '' : ` (it is an export of ${named.system}, ${named.confidence}: ${named.why})`
}

/** The best file of the domain. A table of no named domain is only proposed where it is all there is. */
async function proposeDomain(
  domain: CodedDomain,
  known: readonly KnownFile[],
  unused: { file: string; why: string }[],
): Promise<SourceProposal | undefined> {
  const [best, ...others] = pick(known, ({ sampled, recognition }) =>
    sampled.kind === 'table'
      ? scoreTable(sampled, domain, recognition.profile)
      : (findOdmGroups(sampled, domain)[0]?.score ?? 0),
  )
  if (best === undefined) return undefined
  const columns = toColumns(best.sampled)
  for (const other of others) {
    if (isOfAllForms(other)) continue
    const { name } = best.sampled.traits
    unused.push({
      file: other.sampled.traits.name,
      why:
        toColumns(other.sampled) === columns
          ? `has the same columns or items as ${name}, which was taken: if it is a part of the same export and no older one, name it under "files" too`
          : `could hold ${domain} too; ${name} speaks more for it`,
    })
  }
  const { sampled, recognition } = best
  const { profile } = recognition
  if (sampled.kind === 'odm') return proposeOdm(sampled, { domain, profile })
  // A single table may be judged by more than its names: whether it is AE or MH is then part of the proposal.
  const isGiven = known.length > 1 || isOfAllForms(best)
  return await proposeTable(sampled, { ...(isGiven ? { domain } : {}), profile })
}

/** The names of its columns or items, as one text. */
function toColumns({ traits }: SampledFile): string {
  return [...traits.header, ...(traits.oids?.items ?? [])].sort().join('\n')
}

/** Files with a score, the best first; of equal ones the last by name, which is the newest where folders are dated. */
function pick(known: readonly KnownFile[], score: (file: KnownFile) => number): readonly KnownFile[] {
  return known
    .map((file) => ({ file, score: score(file) }))
    .filter((one) => one.score > 0)
    .sort(
      (a, b) =>
        b.score - a.score ||
        toPreference(a.file) - toPreference(b.file) ||
        (a.file.sampled.traits.name < b.file.sampled.traits.name ? 1 : -1),
    )
    .map(({ file }) => file)
}

/** Formats of one dataset, the most telling first: XPORT cuts texts at 200 bytes. */
const PREFERRED: readonly ExportFormat[] = ['odm', 'dataset-json', 'parquet', 'arrow', 'csv', 'dataset-xml', 'xport']

function toPreference({ sampled }: KnownFile): number {
  return PREFERRED.indexOf(sampled.traits.format)
}

function isOfAllForms({ sampled, recognition }: KnownFile): boolean {
  return sampled.kind === 'table' && hasAllForms(sampled, recognition.profile)
}

/** One table that was proposed for no domain in particular must not come twice. */
function toDistinctIds(proposals: readonly SourceProposal[]): readonly SourceProposal[] {
  const seen = new Set<string>()
  return proposals.filter(({ source }) => {
    const isNew = !seen.has(source.id)
    seen.add(source.id)
    return isNew
  })
}

function toUsubjid(sources: readonly SourceProposal[]): string | undefined {
  const isUsubjid = sources.some(
    ({ source }) => typeof source.map.subject === 'string' && toPlainName(source.map.subject) === 'usubjid',
  )
  if (isUsubjid) return '{subject}'
  return sources.some(({ needsSite }) => needsSite) ? '{protocol}-{site}-{subject}' : undefined
}

function toSystems(known: readonly KnownFile[]): SystemProposal[] {
  const systems = new Map<string, SystemProposal>()
  for (const { sampled, recognition } of known) {
    const { profile, system, confidence, why } = recognition
    const key = JSON.stringify([profile?.id ?? system])
    const before = systems.get(key)
    systems.set(key, {
      system,
      profile: profile?.id ?? null,
      export: profile?.export ?? null,
      confidence: before?.confidence === 'sure' ? 'sure' : confidence,
      why: before?.why ?? why,
      files: [...(before?.files ?? []), sampled.traits.name],
      checks: profile === undefined ? [] : listChecks(profile),
    })
  }
  return [...systems.values()]
}

function listChecks({ checks }: Profile): readonly string[] {
  return checks
}
