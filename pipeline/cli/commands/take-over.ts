/** `take-over`: the codes of another tool come in as decisions of the people who made them there. */
import { writeFile } from 'node:fs/promises'
import { toSafeCsv } from '../../../schemas/csv-cell.ts'
import {
  AecoderError,
  LEFT_FOR,
  openCodingKits,
  openExport,
  type TakeOverReport,
  takeOver,
  toPlace,
} from '../../index.ts'
import { findActor, findProvenActor } from '../actor.ts'
import { ACTOR_OPTION, REASON_OPTION, STUDY_OPTION, toCommand } from '../command.ts'
import { withStore } from '../open.ts'
import { toCount, toShellWord, toTable } from '../tables.ts'

const SHOWN = 10

export const TAKE_OVER = toCommand({
  name: 'take-over',
  summary: "Take the codes of another tool over, as its people's decisions; what does not fit goes to the queue",
  example: 'aecoder take-over codes.csv --from "Old Coder 5.2" --as "Dana Manager" --study samples/aurora-101',
  arguments: [
    {
      name: 'file',
      summary: 'CSV: verbatim, code or term, coder, coded_at; may have subject, part, PT …, approver, approved_at',
    },
  ],
  options: {
    ...STUDY_OPTION,
    from: {
      kind: 'text',
      value: 'TOOL',
      summary: 'name and version of the tool (required): it stands with every decision',
    },
    approvals: {
      kind: 'choice',
      choices: ['leave', 'take'],
      summary: '`take`: codes approved there wait for nobody here; needs a login, and the password again',
      default: 'leave',
    },
    left: { kind: 'text', value: 'FILE', summary: 'write the rows that led to no decision there, with the reason' },
    domain: { kind: 'choice', choices: ['AE', 'MH'], summary: 'of rows that name none' },
    ...ACTOR_OPTION,
    ...REASON_OPTION,
  },
  async run({ args: [file = ''], options, world }) {
    const { from, left, domain, reason } = options
    const withApprovals = options.approvals === 'take'
    if (!from?.trim())
      throw new AecoderError('USAGE', {
        where: '--from',
        found: 'no tool',
        expected: 'name and version of the tool the codes are from',
      })
    return withStore(options.study, world, async ({ study, store }) => {
      const doing = { store, study, permission: 'take-over' as const }
      const report = await takeOver(study, {
        store,
        kits: await openCodingKits(study, { ...world, store }),
        actor: withApprovals
          ? await findProvenActor(options.as, { ...doing, ...world })
          : await findActor(options.as, doing),
        file: openExport(toPlace(file), study.config.s3),
        tool: from.trim(),
        reason: reason ?? null,
        withApprovals,
        ...(domain === 'AE' || domain === 'MH' ? { domain } : {}),
      })
      if (left !== undefined) await writeLeft(left, report)
      return {
        json: { study: study.id, ...report },
        text: toText(report, { left, next: `${world.program} export --study ${toShellWord(options.study)}` }),
      }
    })
  },
})

function toText(report: TakeOverReport, { left, next }: { left: string | undefined; next: string }): string {
  const lines = [
    `${toCount(report.rows, 'row')} read: ${toCount(report.groups, 'term')} and ${toCount(report.occurrences, 'single occurrence')} coded, ${toCount(report.approvals, 'approval')} taken over, ${toCount(report.left.length, 'row')} left`,
  ]
  if (report.ownApprovals > 0)
    lines.push(`${toCount(report.ownApprovals, 'approval')} not taken over: the coder gave them`)
  if (report.pathChanged > 0)
    lines.push(
      `${toCount(report.pathChanged, 'row')} with other levels above the preferred term: the present ones stand`,
    )
  for (const why of LEFT_FOR) {
    const count = report.left.filter((row) => row.why === why).length
    if (count > 0) lines.push(`  ${why}: ${count}`)
  }
  if (report.left.length > 0) {
    const shown = report.left
      .slice(0, SHOWN)
      .map((row) => [String(row.line), row.domain, row.verbatim, row.code, row.reason])
    lines.push('', toTable(['LINE', 'DOMAIN', 'VERBATIM', 'CODE', 'WHY LEFT'], shown))
    if (report.left.length > SHOWN)
      lines.push(
        left === undefined
          ? `… and ${report.left.length - SHOWN} more: --left FILE lists all, --json too`
          : `… all of them: ${left}`,
      )
  }
  lines.push('', `Next: the dataset with these codes\n  ${next}`)
  return lines.join('\n')
}

async function writeLeft(file: string, { left }: TakeOverReport): Promise<void> {
  const rows = left.map(({ line, domain, verbatim, code, why, reason }) => [
    String(line),
    domain,
    verbatim,
    code,
    why,
    reason,
  ])
  await writeFile(file, toSafeCsv(['LINE', 'DOMAIN', 'VERBATIM', 'CODE', 'WHY', 'REASON'], rows)).catch(
    (error: NodeJS.ErrnoException) => {
      throw new AecoderError('WRITE_FAILED', {
        where: file,
        found: `it cannot be written (${error.code}); the codes were taken over`,
        action: 'Run it again with another --left: nothing is taken over twice, and the rows left are listed again',
      })
    },
  )
}
