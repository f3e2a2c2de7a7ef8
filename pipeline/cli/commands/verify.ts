/** `verify`: prove the store, the current run and its files. */
import { EXIT, type VerifyReport, verifyStudy } from '../../index.ts'
import { STUDY_OPTION, toCommand } from '../command.ts'
import { withStoreToRead } from '../open.ts'
import { toCount, toVisible } from '../tables.ts'

export const VERIFY = toCommand({
  name: 'verify',
  summary: 'Recompute everything: event chain, decisions, counts, hashes, and the dataset from the decisions',
  example: 'aecoder verify --study samples/aurora-101',
  arguments: [],
  options: { ...STUDY_OPTION },
  async run({ options, world }) {
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const report = await verifyStudy(study, store)
      const { store: counts, faults } = report
      const lines = [
        `${study.id}: ${toCount(counts.events, 'event')}, ${toCount(counts.decisions, 'decision')}, ${toCount(counts.verdicts, 'verdict')}, ${toCount(counts.transfers, 'transfer')}, ${toCount(counts.versions, 'occurrence version')} recomputed`,
        toRunLine(report),
        '',
        faults.length === 0
          ? report.head.seq === 0
            ? 'There is nothing to verify yet.'
            : 'Everything matches.'
          : `${toCount(faults.length, 'thing does', 'things do')} not match:`,
        ...faults.map((fault) => `  - ${toVisible(fault)}`),
      ]
      return { json: report, text: lines.join('\n'), exitCode: faults.length === 0 ? EXIT.ok : EXIT.mismatch }
    })
  },
})

function toRunLine({ current, runId, rebuilt, inputsSeen, inputsGone }: VerifyReport): string {
  if (current === 'none') return 'no run was published yet'
  if (current === 'damaged') return 'the current run cannot be checked: its manifest was changed'
  const gone = inputsGone.length > 0 ? `, ${inputsGone.length} not there any more (${inputsGone.join(', ')})` : ''
  return `run ${runId}: ${toCount(rebuilt.length, 'file')} made again from the decisions, byte for byte the same; ${toCount(inputsSeen, 'input file')} unchanged${gone}`
}
