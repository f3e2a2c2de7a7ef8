/** `diff`: what a run would do, before it happens. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ACCEPTABLE, AecoderError, type DiffReport, diffStudy, EXIT, openStudy, type Study } from '../../index.ts'
import { toActor } from '../actor.ts'
import { ACTOR_OPTION, STUDY_OPTION, toCommand } from '../command.ts'
import { toCount, toShellWord } from '../tables.ts'
import {
  toClosedLines,
  toMovedLines,
  toRefusalLines,
  toRunCall,
  toTermsLine,
  toTransferLines,
  toTransferNotices,
} from '../transfer-text.ts'
import { AS_OF_FROM, toAcceptable } from './run.ts'

export const DIFF = toCommand({
  name: 'diff',
  summary: 'Show what a run would move, code and queue; nothing is changed',
  example: 'aecoder diff --study samples/aurora-101 --input samples/aurora-101/transfers/2026-03-09',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    input: { kind: 'text', value: 'FOLDER', summary: 'the transfer\'s folder (else "input" of study.json)' },
    asOf: { kind: 'text', value: 'DATE', summary: 'the date the export speaks for, as for run' },
    accept: { kind: 'list', value: 'REASON', summary: `as if the run were told: ${ACCEPTABLE.join(', ')}` },
    movement: { kind: 'text', value: 'FILE', summary: 'write all that would move there, as CSV' },
    ...ACTOR_OPTION,
  },
  async run({ options, world }) {
    const study = await openStudy(options.study)
    const { movement } = options
    const report = await diffStudy(study, {
      actor: toActor(options.as),
      ambience: world.ambience,
      onProgress: world.onProgress,
      askPassword: world.askPassword,
      accept: options.accept.map(toAcceptable),
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
      ...(movement === undefined ? {} : { onMovement: (bytes) => writeMovement(movement, bytes) }),
    })
    return {
      json: report,
      text: toText(report, { study, program: world.program, studyPath: options.study, movement, said: options }),
      exitCode: report.status === 'incomplete' ? EXIT.incomplete : EXIT.ok,
    }
  },
})

function toText(
  report: DiffReport,
  {
    study,
    program,
    studyPath,
    movement,
    said,
  }: {
    study: Study
    program: string
    studyPath: string
    movement: string | undefined
    said: { accept: readonly string[]; asOf: string | undefined }
  },
): string {
  const { transfer, siteQueries, context } = report
  const lines = [
    `${report.study}   transfer ${transfer.input} as of ${transfer.asOf}${AS_OF_FROM[transfer.asOfFrom]}`,
    'What a run would do; nothing was changed.',
    '',
    ...toTransferLines(transfer, study.config.sources),
  ]
  if (report.status !== 'incomplete') lines.push(toTermsLine(report.terms))
  lines.push(...toClosedLines(siteQueries))
  lines.push(...toTransferNotices(transfer))
  if (context.conflicts > 0)
    lines.push(
      `noticed        ${toCount(context.conflicts, 'occurrence')} whose sex, age or date contradicts the term's code`,
    )
  const moved = transfer.isRepeat ? [] : toMovedLines(report.moved, movement)
  if (moved.length > 0) lines.push('', ...moved)
  lines.push('')
  switch (report.status) {
    case 'incomplete':
      lines.push('The run would be INCOMPLETE. What stands in the way:', ...toRefusalLines(transfer), '')
      lines.push('Mend the export; or go on all the same, which is recorded:')
      break
    case 'unchanged':
      lines.push('Nothing would change: the current run would stay.')
      return lines.join('\n')
    case 'held':
      lines.push('The study is signed off: the transfer would be taken in and held. Next: take it in')
      break
    default:
      lines.push('Next: take it in')
  }
  const call = `${program} run --study ${toShellWord(studyPath)}`
  return [...lines, `  ${toRunCall(transfer, { study, call, said })}`].join('\n')
}

async function writeMovement(file: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  await pipeline(bytes, createWriteStream(file, { mode: 0o600 })).catch((error: NodeJS.ErrnoException) => {
    throw new AecoderError('WRITE_FAILED', {
      where: file,
      found: `it cannot be written (${error.code})`,
      action: 'Name a file in a folder that is there and has room, under --movement; nothing was changed',
    })
  })
}
