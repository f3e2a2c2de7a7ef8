/** `run` takes a transfer in and codes it; `export` writes the dataset anew after people decided. */
import {
  ACCEPTABLE,
  type Acceptable,
  AecoderError,
  type CodingCounts,
  EXIT,
  exportStudy,
  openStudy,
  type RunReport,
  runStudy,
  type Study,
  toShortPath,
} from '../../index.ts'
import { findRunner } from '../actor.ts'
import { ACTOR_OPTION, STUDY_OPTION, toCommand } from '../command.ts'
import { toHeldLines } from '../signature-text.ts'
import { toCount, toRedactedLine, toShellWord, toTable, toVisible } from '../tables.ts'
import {
  toClosedLines,
  toMovedLines,
  toNumber,
  toRefusalLines,
  toRunCall,
  toTransferLines,
  toTransferNotices,
} from '../transfer-text.ts'

export const RUN = toCommand({
  name: 'run',
  summary: 'Take a transfer in, code what is new, queue what is unsure, write the dataset',
  example: 'aecoder run --study samples/aurora-101 --input samples/aurora-101/transfers/2026-03-09',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    input: {
      kind: 'text',
      value: 'FOLDER',
      summary: 'the transfer\'s folder, or s3://bucket/prefix (else "input" of study.json)',
    },
    asOf: {
      kind: 'text',
      value: 'DATE',
      summary: "the date the export speaks for (else from the ODM, the folder's or file's name, the clock)",
    },
    accept: { kind: 'list', value: 'REASON', summary: `go on in spite of ${ACCEPTABLE.join(', ')}; recorded` },
    ...ACTOR_OPTION,
  },
  async run({ options, world }) {
    const study = await openStudy(options.study)
    const report = await runStudy(study, {
      actor: await findRunner(options.as, study, world.ambience),
      ambience: world.ambience,
      onProgress: world.onProgress,
      askPassword: world.askPassword,
      accept: options.accept.map(toAcceptable),
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
    })
    return {
      json: report,
      text: toText(report, { study, program: world.program, studyPath: options.study, said: options }),
      exitCode: report.status === 'incomplete' || report.status === 'held' ? EXIT.incomplete : EXIT.ok,
    }
  },
})

export const EXPORT = toCommand({
  name: 'export',
  summary: 'Write the dataset anew with the decisions made since the last run',
  example: 'aecoder export --study samples/aurora-101',
  arguments: [],
  options: { ...STUDY_OPTION, ...ACTOR_OPTION },
  async run({ options, world }) {
    const study = await openStudy(options.study)
    const { run, isUnchanged } = await exportStudy(study, {
      actor: await findRunner(options.as, study, world.ambience),
      ambience: world.ambience,
      onProgress: world.onProgress,
      askPassword: world.askPassword,
    })
    const text = isUnchanged
      ? `Nothing was decided since run ${run.runId}: it stays current.`
      : `Run ${run.runId} is current.`
    return { json: { isUnchanged, ...run }, text: [text, '', toFiles(run)].join('\n') }
  },
})

/** A reason as --accept names it. @throws AecoderError USAGE */
export function toAcceptable(reason: string): Acceptable {
  const known = ACCEPTABLE.find((acceptable) => acceptable === reason)
  if (known === undefined)
    throw new AecoderError('USAGE', { where: '--accept', found: `"${reason}"`, expected: ACCEPTABLE.join(', ') })
  return known
}

/** Synonyms left out that are named one by one. */
const LEFT_OUT_SHOWN = 5

export const AS_OF_FROM: { readonly [from in RunReport['transfer']['asOfFrom']]: string } = {
  option: '',
  earlier: ' (as it was taken in)',
  file: ' (as the file says)',
  name: ' (from the name of folder or file)',
  clock: ' (from the clock: name the folder by its date, or give --as-of)',
}

function toText(
  report: RunReport,
  {
    study,
    program,
    studyPath,
    said,
  }: {
    study: Study
    program: string
    studyPath: string
    said: { accept: readonly string[]; asOf: string | undefined }
  },
): string {
  const { transfer, counts, run } = report
  const call = (command: string) => `${program} ${command} --study ${toShellWord(studyPath)}`
  const sum = (pick: (file: (typeof transfer.files)[number]) => number) =>
    transfer.files.reduce((total, file) => total + pick(file), 0)
  const lines: string[] = [
    `${report.study}   transfer ${transfer.input} as of ${transfer.asOf}${AS_OF_FROM[transfer.asOfFrom]}`,
    '',
  ]
  if (transfer.isRepeat) lines.push('This transfer was taken in before: nothing in it is new.', '')
  lines.push(...toTransferLines(transfer, study.config.sources))
  lines.push(...toClosedLines(report.siteQueries))
  lines.push(...toTransferNotices(transfer))
  for (const { verbatim, scope, term } of report.leftOut.slice(0, LEFT_OUT_SHOWN))
    lines.push(
      toVisible(
        `noticed        "${verbatim}" in the ${scope} list codes nothing: ${term.text} (${term.code}) cannot be assigned in this dictionary`,
      ),
    )
  if (report.leftOut.length > LEFT_OUT_SHOWN)
    lines.push(
      `               and ${report.leftOut.length - LEFT_OUT_SHOWN} more: aecoder synonyms list --state approved`,
    )
  for (const { verbatim, standing, by, now } of report.disagreements.examples)
    lines.push(
      toVisible(
        `noticed        "${verbatim}" stands coded as ${standing.text} (by ${by}); lists and rules now say ${now.llt?.text ?? now.outcome}`,
      ),
    )
  const { conflicts, cleared } = report.context
  if (conflicts > 0)
    lines.push(
      `noticed        ${toCount(conflicts, 'occurrence')} whose sex, age or date contradicts the term's code: they wait for a person`,
    )
  if (cleared > 0)
    lines.push(
      `noticed        ${toCount(cleared, 'occurrence')} that contradicted before: they follow their term again`,
    )
  const { count, examples } = report.disagreements
  if (count > 0)
    lines.push(
      `noticed        ${count > examples.length ? `and ${count - examples.length} more: ` : ''}what is coded stays as it is; code anew by hand what you want changed`,
    )

  const redacted = toRedactedLine(report.redacted)
  if (redacted !== undefined) lines.push(`noticed        ${redacted}`)

  const moved = transfer.isRepeat ? [] : toMovedLines(run.moved, toShortPath(`${run.folder}/movement.csv`))
  if (moved.length > 0) lines.push('', ...moved)

  if (report.status === 'incomplete') {
    lines.push('', `INCOMPLETE: nothing of this transfer is current. What stands in the way:`)
    lines.push(...toRefusalLines(transfer))
    if (sum((file) => file.rejected) > 0)
      lines.push(`  rejected rows with file, line and reason: ${toShortPath(`${run.folder}/set-aside.csv`)}`)
    lines.push('', 'Mend the export and run again; or go on all the same, which is recorded:')
    lines.push(`  ${toRunCall(transfer, { study, call: call('run'), said })}`)
    return lines.join('\n')
  }

  if (report.signature !== null && report.held !== null) {
    lines.push('', ...toHeldLines(report.signature, report.held))
    if (setAsideRows(run) > 0) lines.push(`  rows set aside: ${toShortPath(`${run.folder}/set-aside.csv`)}`)
    lines.push('', 'To code and publish it, unlock the study, then run again:')
    lines.push(`  ${call('unlock')} --reason TEXT`, `  ${call('run')}`)
    return lines.join('\n')
  }

  const listCompanions = (beside?: string) =>
    run.outputs.filter((file) => file.coded !== undefined && file.beside === beside)
  lines.push('', ...toCodingLines(counts, listCompanions()))
  for (const beside of counts.beside)
    lines.push('', `in ${beside.terminology}`, ...toCodingLines(beside, listCompanions(beside.terminology)))
  // Changes of one record that were folded into a later one are superseded, and listed nowhere.
  const setAside = report.status === 'unchanged' ? sum((file) => file.duplicate + file.rejected) : setAsideRows(run)
  lines.push(`set aside      ${toCount(setAside, 'row')}`)
  lines.push(
    '',
    report.status === 'unchanged'
      ? `Nothing changed since run ${run.runId}: it stays current.`
      : `Run ${run.runId} is current.`,
    '',
    toFiles(run),
    '',
  )
  lines.push('Next: see what waits for a person', `  ${call('queue')}`)
  return lines.join('\n')
}

function setAsideRows({ outputs }: RunReport['run']): number {
  return outputs.find(({ name }) => name === 'set-aside.csv')?.rows ?? 0
}

/** What became of the terms in one dictionary. */
function toCodingLines(counts: CodingCounts, files: RunReport['run']['outputs']): string[] {
  const lines: string[] = []
  const toCodedLine = (label: string, outcomes: readonly string[]) => {
    const rows = counts.byOutcome.filter((row) => outcomes.includes(row.outcome) && !row.isOpen)
    const total = rows.reduce(
      (all, row) => ({ groups: all.groups + row.groups, occurrences: all.occurrences + row.occurrences }),
      { groups: 0, occurrences: 0 },
    )
    if (total.groups === 0 && label !== 'auto-coded') return
    lines.push(
      `${label.padEnd(15)}${toCount(total.occurrences, 'occurrence')} of ${toCount(total.groups, 'term')}${toShare(total.occurrences, counts.occurrences)}   ${rows.map((row) => `${row.outcome} ${row.occurrences}`).join(', ')}`.trimEnd(),
    )
  }
  toCodedLine('auto-coded', ['exact', 'normalised', 'synonym', 'confident'])
  toCodedLine('coded by hand', ['manual'])
  const open = counts.byOutcome.filter((row) => row.isOpen)
  lines.push(
    `to review      ${toCount(counts.openOccurrences, 'occurrence')} of ${toCount(counts.openGroups, 'term')}${toShare(counts.openOccurrences, counts.occurrences)}   ${open.map((row) => `${row.outcome} ${row.occurrences}`).join(', ')}`.trimEnd(),
  )
  if (counts.toApproveGroups > 0)
    lines.push(
      `to approve     ${toCount(counts.toApproveOccurrences, 'occurrence')} of ${toCount(counts.toApproveGroups, 'term')}`,
    )
  if (counts.ownOpen > 0)
    lines.push(
      `to review also ${toCount(counts.ownOpen, 'occurrence')} that stand apart from their term: it changed, its code was rejected or contradicts subject or date`,
    )
  if (counts.ownToApprove > 0)
    lines.push(`to approve also ${toCount(counts.ownToApprove, 'occurrence')} decided on their own`)
  const coded = files.reduce((sum, file) => sum + (file.coded ?? 0), 0)
  lines.push(
    `in the dataset ${toNumber(coded)} coded of ${toNumber(files.reduce((sum, { rows = 0 }) => sum + rows, 0))}`,
  )
  return lines
}

function toFiles(run: RunReport['run']): string {
  const folder = toShortPath(run.folder)
  const rows = [
    ...run.outputs.map((file) => [
      `${folder}/${file.name}`,
      file.rows === undefined ? '' : toCount(file.rows, 'row'),
      PURPOSE[file.name] ?? (file.beside === undefined ? '' : `the same in ${file.beside}`),
    ]),
    [`${folder}/manifest.json`, '', 'hashes of all that went in and came out'],
  ]
  return toTable(['file', 'rows', 'what'], rows, { widest: 120 })
}

const PURPOSE: { readonly [name: string]: string } = {
  'ae.arrow': 'adverse events, coded',
  'coding_ae.arrow': 'how each adverse event came by its code',
  'ae.csv': 'the same rows for everything that reads no Arrow',
  'mh.arrow': 'medical history, coded',
  'coding_mh.arrow': 'how each entry of the history came by its code',
  'mh.csv': 'the same rows for everything that reads no Arrow',
  'set-aside.csv': 'rows that were not taken in, each with its reason',
  'movement.csv': 'what the transfer changed, record by record',
}

function toShare(part: number, whole: number): string {
  return whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} %)`
}
