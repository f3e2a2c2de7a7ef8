/** `run` takes a transfer in and codes it; `export` writes the dataset anew after people decided. */
import { relative } from 'node:path'
import {
  ACCEPTABLE,
  type Acceptable,
  AecoderError,
  type CodingCounts,
  EXIT,
  exportStudy,
  fromStudyPath,
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

export const RUN = toCommand({
  name: 'run',
  summary: 'Take a transfer in, code what is new, queue what is unsure, write the dataset',
  example: 'aecoder run --study samples/aurora-101 --input samples/aurora-101/transfers/2026-03-09',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    input: { kind: 'text', value: 'FOLDER', summary: 'the transfer\'s folder (else "input" of study.json)' },
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
      text: toText(report, { study, program: world.program, studyPath: options.study }),
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

function toAcceptable(reason: string): Acceptable {
  const known = ACCEPTABLE.find((acceptable) => acceptable === reason)
  if (known === undefined)
    throw new AecoderError('USAGE', { where: '--accept', found: `"${reason}"`, expected: ACCEPTABLE.join(', ') })
  return known
}

/** Synonyms left out that are named one by one. */
const LEFT_OUT_SHOWN = 5

const AS_OF_FROM: { readonly [from in RunReport['transfer']['asOfFrom']]: string } = {
  option: '',
  earlier: ' (as it was taken in)',
  file: ' (as the file says)',
  name: ' (from the name of folder or file)',
  clock: ' (from the clock: name the folder by its date, or give --as-of)',
}

function toText(
  report: RunReport,
  { study, program, studyPath }: { study: Study; program: string; studyPath: string },
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
  lines.push(
    toTable(
      ['file', 'source', 'read', 'accepted', 'duplicate', 'superseded', 'skipped', 'rejected'],
      transfer.files.map((file) => [
        file.name,
        file.source,
        file.read,
        file.accepted,
        file.duplicate,
        file.superseded,
        file.skipped,
        file.rejected,
      ]),
    ),
    '',
  )
  const buckets = (['accepted', 'duplicate', 'superseded', 'skipped', 'rejected'] as const).map(
    (bucket) => `${bucket} ${sum((file) => file[bucket])}`,
  )
  const skipped = toReasons(transfer.files.map((file) => file.skippedBy))
  lines.push(
    `rows read      ${toNumber(sum((file) => file.read))} = ${buckets.join(' + ')}${skipped ? `   (skipped: ${skipped})` : ''}`,
  )
  const { movement } = transfer
  if (!transfer.isRepeat) {
    const moved = [
      `${movement.new} new`,
      `${movement.unchanged} unchanged`,
      `${movement.changedVerbatim} with a changed term`,
      `${movement.changedContext} changed beside the term`,
      `${movement.returned} back`,
      `${movement.withdrawn} gone`,
    ]
    const coded = new Set(study.config.sources.filter(({ domain }) => domain !== 'DM').map(({ id }) => id))
    const rows = sum((file) => (coded.has(file.source) ? file.accepted : 0))
    const terms = sum((file) => file.occurrences)
    // A wide form's rows hold any number of terms: only then do the two differ.
    const from = rows === terms ? '' : ` in ${toCount(rows, 'accepted row')}`
    lines.push(`terms reported ${toNumber(terms)}${from}: ${moved.join(', ')}`)
    if (movement.new > 0 && movement.withdrawn > 0)
      for (const { id, key } of study.config.sources)
        if ('content' in key)
          lines.push(
            `noticed        ${id}: its key is content (${key.content.join(', ')}), so a value that changed there counts as one term gone and one new`,
          )
  }
  const { changed, withdrawn } = report.siteQueries
  if (changed + withdrawn > 0)
    lines.push(
      `site queries   ${changed + withdrawn} closed: ${changed} by a changed term, ${withdrawn} by a record that is gone`,
    )
  const remarks = transfer.files.flatMap((file) =>
    Object.entries(file.remarks).map(([code, remark]) => ({ file: file.name, code, ...remark })),
  )
  for (const { file, code, count, examples } of remarks)
    lines.push(`noticed        ${file}: ${count} × ${code}: ${toVisible(examples[0] ?? '')}`)
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

  if (report.status === 'incomplete') {
    lines.push('', `INCOMPLETE: nothing of this transfer is current. What stands in the way:`)
    for (const { reason, count } of transfer.refusedFor)
      lines.push(
        `  ${count} × ${reason}${reason === 'mass-withdrawal' ? ': terms stated before that this transfer does not hold' : ''}`,
      )
    if (sum((file) => file.rejected) > 0)
      lines.push(`  rejected rows with file, line and reason: ${toShortPath(`${run.folder}/set-aside.csv`)}`)
    lines.push('', 'Mend the export and run again; or go on all the same, which is recorded:')
    lines.push(
      `  ${call('run')} --input ${toShellWord(relative(process.cwd(), fromStudyPath(study, transfer.input)) || '.')} ${transfer.refusedFor.map(({ reason }) => `--accept ${reason}`).join(' ')}`,
    )
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
  const setAside = sum((file) => file.duplicate + file.superseded + file.rejected)
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
}

function toReasons(counts: readonly { readonly [reason: string]: number | undefined }[]): string {
  const total = new Map<string, number>()
  for (const reasons of counts)
    for (const [reason, count] of Object.entries(reasons)) total.set(reason, (total.get(reason) ?? 0) + (count ?? 0))
  return [...total].map(([reason, count]) => `${reason} ${count}`).join(', ')
}

function toNumber(n: number): string {
  return n.toLocaleString('en')
}

function toShare(part: number, whole: number): string {
  return whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} %)`
}
