/** `status`: where a study stands. */
import {
  type CurrentRun,
  countRedacted,
  countStudy,
  countSynonyms,
  type EntryState,
  listTransfers,
  type Promised,
  readCurrentRun,
  readPromise,
  readSignOffState,
  type SignOffState,
  type StudyCounts,
} from '../../index.ts'
import { STUDY_OPTION, toCommand } from '../command.ts'
import { withStoreToRead } from '../open.ts'
import { toHeldLines, toSignatureLines } from '../signature-text.ts'
import { toRedactedLine, toTable, toVisible } from '../tables.ts'

export const STATUS = toCommand({
  name: 'status',
  summary: 'Show where a study stands: transfers, terms by state, the current run',
  example: 'aecoder status --study samples/aurora-101',
  arguments: [],
  options: { ...STUDY_OPTION },
  async run({ options, world }) {
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const transfers = await listTransfers(store, study.id)
      const counts = await countStudy(store, study.id)
      const current = await readCurrentRun(study)
      const promise = await readPromise(study, store)
      const lines = [study.id, '']
      if (transfers.length === 0) lines.push('No transfer was taken in yet.')
      else
        lines.push(
          toTable(
            ['transfer', 'as of', 'state', 'rows read', 'accepted', 'rejected'],
            transfers.map((transfer) => [
              transfer.input,
              transfer.asOf,
              transfer.state,
              transfer.read,
              transfer.accepted,
              transfer.rejected,
            ]),
            { widest: 80 },
          ),
        )
      lines.push('', toCounts(counts))
      for (const beside of counts.beside) lines.push('', `In ${beside.terminology}`, toCounts(beside))
      const redacted = await countRedacted(store, study.id)
      const told = toRedactedLine(redacted)
      if (told !== undefined) lines.push('', told)
      const lists = await countSynonyms(study, store)
      const { signature, held, history } = await readSignOffState(store, study)
      const signed = toSigned({ signature, held, history })
      lines.push('', toPromise(promise), '', ...toListLines(lists), ...signed, toCurrent(current))
      const json = { study: study.id, transfers, counts, redacted, promise, lists, signature, held, current }
      return { json, text: lines.join('\n') }
    })
  },
})

function toCounts(counts: Omit<StudyCounts, 'beside'>): string {
  const { groups, openGroups, toApproveGroups, occurrences, openOccurrences, toApproveOccurrences } = counts
  return toTable(
    ['state', 'terms', 'occurrences'],
    [
      ['coded', groups - openGroups - toApproveGroups, occurrences - openOccurrences - toApproveOccurrences],
      ['to approve', toApproveGroups, toApproveOccurrences],
      ['to review', openGroups, openOccurrences],
      ['all', groups, occurrences],
    ],
  )
}

/** The lists in the store that hold anything, a line each. */
function toListLines(lists: Awaited<ReturnType<typeof countSynonyms>>): string[] {
  const lines = lists.map(({ scope, states }) => {
    const of = (state: EntryState) => states.find((each) => each.state === state)?.count ?? 0
    return states.length === 0
      ? ''
      : `Synonyms of the ${scope} list: ${of('approved')} in force, ${of('proposed')} wait for a second person`
  })
  const told = lines.filter((line) => line !== '')
  return told.length === 0 ? [] : [...told, '']
}

function toSigned({ signature, held, history }: Pick<SignOffState, 'signature' | 'held' | 'history'>): string[] {
  if (signature !== null) return [...(held ? toHeldLines(signature, held) : toSignatureLines(signature)), '']
  const last = history.at(-1)
  return last === undefined ? [] : [toVisible(`Unlocked by ${last.fullName} at ${last.at}: ${last.reason}`), '']
}

function toCurrent(current: CurrentRun): string {
  switch (current.state) {
    case 'none':
      return 'No run was published yet.'
    case 'whole':
      return `Current run: ${current.manifest.runId}, written ${current.manifest.writtenAt}`
    case 'damaged':
      return `The current run is damaged: ${current.fault}`
  }
}

function toPromise(promise: Promised | null): string {
  if (promise === null) return 'Exact and normalised terms and synonyms are coded, and nothing else.'
  const { precision, probability, gold, reviewed, pooled } = promise
  const lines = [
    `A precision of ${precision} asks for a probability of ${probability}: of ${gold.coded} gold verbatims over it ${gold.right} were coded right (at least ${toPercent(gold.lowerBound)} with a certainty of 95 %).`,
  ]
  if (reviewed.judged > 0)
    lines.push(
      `Of this study's confident codes people judged ${reviewed.judged}, and found ${reviewed.right} right; with the gold ones ${pooled.right} of ${pooled.coded} (at least ${toPercent(pooled.lowerBound)}).`,
    )
  return lines.join('\n')
}

function toPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
