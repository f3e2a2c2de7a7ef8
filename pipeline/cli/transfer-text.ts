/** A transfer in words: what was read, how its keys and its structure compare with the last one's, what it moved. */
import { relative } from 'node:path'
import { isBucketUrl } from '../../schemas/bucket-url.ts'
import { fromStudyPath, type Moved, type RunReport, type Study, toChangeText } from '../index.ts'
import { toCount, toShellWord, toTable, toVisible } from './tables.ts'

type Transfer = RunReport['transfer']
type Move = Moved['examples'][number]

/** Changes of structure that are named one by one. */
const CHANGES_SHOWN = 8

/** The files with their accounts, the sums, and what became of the keys. @param sources of study.json */
export function toTransferLines(transfer: Transfer, sources: Study['config']['sources']): string[] {
  const { files, movement } = transfer
  const sum = (pick: (file: (typeof files)[number]) => number) => files.reduce((total, file) => total + pick(file), 0)
  const lines = [
    toTable(
      ['file', 'source', 'read', 'accepted', 'duplicate', 'superseded', 'skipped', 'rejected'],
      files.map((file) => [
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
  ]
  const buckets = (['accepted', 'duplicate', 'superseded', 'skipped', 'rejected'] as const).map(
    (bucket) => `${bucket} ${sum((file) => file[bucket])}`,
  )
  const skipped = toReasons(files.map((file) => file.skippedBy))
  lines.push(
    `rows read      ${toNumber(sum((file) => file.read))} = ${buckets.join(' + ')}${skipped ? `   (skipped: ${skipped})` : ''}`,
  )
  if (transfer.isRepeat) return lines
  const moved = [
    `${movement.new} new`,
    `${movement.unchanged} unchanged`,
    `${movement.changedVerbatim} with a changed term`,
    `${movement.changedContext} changed beside the term`,
    `${movement.returned} back`,
    `${movement.withdrawn} gone`,
  ]
  const coded = new Set(sources.filter(({ domain }) => domain !== 'DM').map(({ id }) => id))
  const rows = sum((file) => (coded.has(file.source) ? file.accepted : 0))
  const terms = sum((file) => file.occurrences)
  // A wide form's rows hold any number of terms: only then do the two differ.
  const from = rows === terms ? '' : ` in ${toCount(rows, 'accepted row')}`
  lines.push(`terms reported ${toNumber(terms)}${from}: ${moved.join(', ')}`)
  if (movement.new > 0 && movement.withdrawn > 0)
    for (const { id, key } of sources)
      if ('content' in key)
        lines.push(
          `noticed        ${id}: its key is content (${key.content.join(', ')}), so a value that changed there counts as one term gone and one new`,
        )
  for (const keys of transfer.keys.filter(({ known }) => known > 0)) {
    const rest = [
      `${keys.new} new`,
      ...(keys.returned > 0 ? [`${keys.returned} back`] : []),
      `${keys.gone} gone`,
      ...(keys.rekeyed > 0 ? [`${keys.rekeyed} under another key than before`] : []),
    ]
    lines.push(
      `keys           ${keys.source}: ${toNumber(keys.matched)} of ${toNumber(keys.known)} known match, ${rest.join(', ')}`,
    )
  }
  return lines
}

/** Site queries that the transfer closes, by why. */
export function toClosedLines({ changed, withdrawn, rekeyed }: RunReport['siteQueries']): string[] {
  const total = changed + withdrawn + rekeyed
  if (total === 0) return []
  const elsewhere = rekeyed === 0 ? '' : `, ${rekeyed} whose term stands under another key now: ask there again`
  return [
    `site queries   ${total} closed: ${changed} by a changed term, ${withdrawn} by a record that is gone${elsewhere}`,
  ]
}

/** What is odd in the files, and in what they are made otherwise than those of the last transfer. */
export function toTransferNotices({ files, structure }: Transfer): string[] {
  const remarks = files.flatMap((file) =>
    Object.entries(file.remarks).map(
      ([code, { count, examples }]) =>
        `noticed        ${file.name}: ${count} × ${code}: ${toVisible(examples[0] ?? '')}`,
    ),
  )
  const changes = structure
    .slice(0, CHANGES_SHOWN)
    .map((change) => `noticed        ${toVisible(toStructureText(change))}`)
  const more = structure.length - CHANGES_SHOWN
  return [
    ...remarks,
    ...changes,
    ...(more > 0 ? [`               and ${more} more changes of structure (--json)`] : []),
  ]
}

function toStructureText({ source, kind, before, now }: Transfer['structure'][number]): string {
  switch (kind) {
    case 'column-gone':
      return `${source}: "${before}" is no column any more`
    case 'column-new':
      return `${source}: "${now}" is a new column`
    case 'form-gone':
      return `${source}: no record of form ${before} any more`
    case 'other-form-gone':
      return `${source}: form ${before}, which is not read, is in the export no more`
    case 'file-missed':
      return `${source}: the changes go on from the file "${before}", which was never taken in: what it changed is missing`
    default:
      return `${source}: ${kind} ${toMark(now)} instead of ${toMark(before)}`
  }
}

function toMark(text: string | null): string {
  return text === '\t' ? 'tab' : `"${text}"`
}

const KIND_WORDS: { readonly [kind in Move['kind']]: string } = {
  'changed-term': 'term changed',
  'changed-context': 'context changed',
  withdrawn: 'gone',
  returned: 'back',
  new: 'new',
  'subject-changed': 'subject changed',
}
/** What people ask for first: what was coded and is another term now. */
const KINDS = Object.keys(KIND_WORDS) as Move['kind'][]

/**
 * Examples of what moved, as a table; nothing where nothing did.
 * @param all where all moves stand; undefined where they are kept nowhere
 */
export function toMovedLines(moved: Moved | null, all: string | undefined): string[] {
  if (moved === null || moved.examples.length === 0) return []
  const examples = [...moved.examples].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
  const rows = examples.map((move) => [
    KIND_WORDS[move.kind],
    move.usubjid,
    move.otherRecord === null ? move.record : `${move.record} (also ${move.otherRecord})`,
    toWhat(move),
    toWas(move),
    toNow(move),
  ])
  const total = Object.values(moved.counts).reduce((sum, count) => sum + count, 0)
  const more = total - examples.length
  const place = all === undefined ? '' : `: ${all}`
  const left = moved.ownLeftBehind
  return [
    toTable(['what moved', 'subject', 'record', 'change', 'code before', 'code now'], rows, { widest: 80 }),
    ...(more > 0 ? [`and ${toNumber(more)} more${place}`] : all === undefined ? [] : [`also in ${all}`]),
    ...(left > 0
      ? [
          `noticed        ${toCount(left, 'record')} that people coded on their own stand under another key now, where their codes do not follow: "record" under was_for in movement.csv`,
        ]
      : []),
  ]
}

function toWhat({ before, now, changes }: Move): string {
  const terms = [before, now].flatMap((term) => (term === null ? [] : [`"${term}"`]))
  const [first, second] = terms
  const term = second === undefined || first === second ? first : `${first} -> ${second}`
  const told = changes.map(toChangeText).join('; ')
  if (term === undefined) return told
  return first === second && told !== '' ? `${first}: ${told}` : term
}

function toWas({ was }: Move): string {
  if (was === null) return '-'
  const waits = was.approval === 'pending' ? ', waited for approval' : ''
  return `${was.codes.map(({ text }) => text).join(' + ')} (by ${was.by}${waits})`
}

function toNow({ kind, now, codes }: Move): string {
  if (kind === 'withdrawn' || kind === 'subject-changed') return ''
  return now !== null && codes.length === 0 ? 'waits for a person' : codes.map(({ text }) => text).join(' + ')
}

function toReasons(counts: readonly { readonly [reason: string]: number | undefined }[]): string {
  const total = new Map<string, number>()
  for (const reasons of counts)
    for (const [reason, count] of Object.entries(reasons)) total.set(reason, (total.get(reason) ?? 0) + (count ?? 0))
  return [...total].map(([reason, count]) => `${reason} ${count}`).join(', ')
}

/** What stands in the way of a transfer, a line each. */
export function toRefusalLines({ refusedFor }: Transfer): string[] {
  return refusedFor.map(({ reason, count }) => {
    const meaning = REFUSAL_WORDS[reason]
    return `  ${count} × ${reason}${meaning === undefined ? '' : `: ${meaning}`}`
  })
}

/**
 * The command that takes a transfer in as it was looked at, and in spite of what stands in its way.
 * @param said what the command at hand was told: a date or reason said once is said again
 */
export function toRunCall(
  transfer: Transfer,
  { study, call, said }: { study: Study; call: string; said: { accept: readonly string[]; asOf: string | undefined } },
): string {
  const place = fromStudyPath(study, transfer.input)
  const input = isBucketUrl(place) ? place : relative(process.cwd(), place) || '.'
  const accept = new Set([...said.accept, ...transfer.refusedFor.map(({ reason }) => reason)])
  return [
    `${call} --input ${toShellWord(input)}`,
    ...(said.asOf === undefined ? [] : [`--as-of ${toShellWord(said.asOf)}`]),
    ...[...accept].map((reason) => `--accept ${reason}`),
  ].join(' ')
}

const REFUSAL_WORDS: { readonly [reason: string]: string } = {
  'mass-withdrawal': 'terms stated before that this transfer does not hold',
  'mass-rekeying': 'terms that stand under another key than before: decisions on single records would go to other ones',
  'structure-changed':
    'forms that hold no record any more, a term that no record holds any more, or files of changes that were missed',
}

export function toNumber(n: number): string {
  return n.toLocaleString('en')
}

/** Of the terms that autocoding decided anew: how many it coded. */
export function toTermsLine({ coded, queued }: { coded: number; queued: number }): string {
  return `new terms      ${toCount(coded, 'term')} coded, ${toNumber(queued)} for people`
}
