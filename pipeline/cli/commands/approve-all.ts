/** `approve-all`, `reject-all`: verdicts on many codes, shown first and given once their number is typed. */
import { CODED_OUTCOMES } from '../../../schemas/outcomes.ts'
import {
  AecoderError,
  type JudgeableDecision,
  judgeMany,
  previewVerdicts,
  type VerdictFilter,
  type VerdictPreview,
} from '../../index.ts'
import { findLogin, findProven } from '../actor.ts'
import { REASON_OPTION, TERM_OPTIONS, toCommand } from '../command.ts'
import { withStore } from '../open.ts'
import { toCount, toShellWord, toTable, toVisible } from '../tables.ts'

export const APPROVE_ALL = toBulk('approve-all', {
  summary: 'Approve many codes as the second person: shows them, and approves once their number is confirmed',
  example: 'aecoder approve-all --outcome confident --serious none --study samples/aurora-101',
})
export const REJECT_ALL = toBulk('reject-all', {
  summary: 'Reject many codes as the second person, with a reason: shows them first',
  example: 'aecoder reject-all --coder "Ann Coder" --reason "coded to the symptom" --study samples/aurora-101',
})

function toBulk(name: 'approve-all' | 'reject-all', about: { summary: string; example: string }) {
  const kind = name === 'approve-all' ? 'approved' : 'rejected'
  return toCommand({
    name,
    ...about,
    arguments: [],
    options: {
      ...TERM_OPTIONS,
      outcome: { kind: 'list', value: 'OUTCOME', summary: 'only codes of this outcome, e.g. confident, manual' },
      coder: { kind: 'text', value: 'NAME', summary: 'only codes of this person' },
      serious: { kind: 'choice', choices: ['only', 'none'], summary: 'only terms with serious events, or without' },
      confidence: { kind: 'text', value: 'P', summary: 'only codes of this probability or more, e.g. 0.98' },
      confirm: { kind: 'text', value: 'N', summary: 'how many it will be: without it, it only shows them' },
      token: { kind: 'text', value: 'TOKEN', summary: 'of the list you saw: refused where it is another one by now' },
      ...REASON_OPTION,
    },
    async run({ options, world }) {
      const filter = toFilter(options)
      return withStore(options.study, world, async ({ study, store }) => {
        if (options.confirm === undefined) {
          // Who is not logged in may look; it is left open then whose own codes will be left out.
          const name = (await findLogin(store))?.name ?? ''
          const preview = await previewVerdicts(study, { store, actor: { name }, filter })
          const again = `${world.program} ${name}${toFlags(options)} --confirm ${preview.count} --token ${preview.token}`
          return { json: { isDone: false, ...preview }, text: toText(preview, { verb: VERBS[kind], again }) }
        }
        const { actor } = await findProven({ store, study, permission: 'approve' }, world)
        const preview = await previewVerdicts(study, { store, actor, filter })
        const report = await judgeMany(study, {
          store,
          actor,
          filter,
          kind,
          token: options.token ?? preview.token,
          confirm: toWhole(options.confirm),
          reason: options.reason ?? null,
        })
        return {
          json: { isDone: true, ...report },
          text: `${toCount(report.count, 'code')} ${kind}, for ${toCount(report.occurrences, 'occurrence')}.`,
        }
      })
    },
  })
}

const VERBS = { approved: 'approve', rejected: 'reject' } as const
/** Outcomes whose codes can wait for a second person. */
const OUTCOMES = [...CODED_OUTCOMES, 'manual'] as const

interface Given {
  readonly study: string
  readonly domain: VerdictFilter['domain'] | undefined
  readonly dictionary: string | undefined
  readonly outcome: readonly string[]
  readonly coder: string | undefined
  readonly serious: VerdictFilter['serious'] | undefined
  readonly confidence: string | undefined
  readonly reason: string | undefined
}

function toFilter({ domain, dictionary, outcome, coder, serious, confidence }: Given): VerdictFilter {
  const outcomes = outcome.map((word) => {
    const known = OUTCOMES.find((each) => each === word)
    if (known) return known
    throw new AecoderError('USAGE', { where: '--outcome', found: `"${word}"`, expected: OUTCOMES.join(', ') })
  })
  return {
    ...(domain === undefined ? {} : { domain }),
    ...(dictionary === undefined ? {} : { terminology: dictionary }),
    ...(outcomes.length === 0 ? {} : { outcomes }),
    ...(coder === undefined ? {} : { coder }),
    ...(serious === undefined ? {} : { serious }),
    ...(confidence === undefined ? {} : { confidenceFrom: toProbability(confidence) }),
  }
}

function toProbability(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && number >= 0 && number <= 1) return number
  throw new AecoderError('USAGE', { where: '--confidence', found: `"${text}"`, expected: 'a number from 0 to 1' })
}

function toWhole(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new AecoderError('USAGE', { where: '--confirm', found: `"${text}"`, expected: 'the number that was shown' })
}

/** The options as they were given, to be typed again. */
function toFlags({ outcome, ...options }: Given): string {
  const names = ['domain', 'dictionary', 'coder', 'serious', 'confidence', 'reason', 'study'] as const
  const flags = names.flatMap((name) => {
    const value = options[name]
    return value === undefined || value === '.' ? [] : [` --${name} ${toShellWord(value)}`]
  })
  return [...outcome.map((word) => ` --outcome ${word}`), ...flags].join('')
}

function toText(preview: VerdictPreview, { verb, again }: { verb: string; again: string }): string {
  const { count, occurrences, serious, byOutcome, byCoder, listed, leftOut } = preview
  const tally = (counts: { readonly [key: string]: number }) =>
    Object.entries(counts)
      .map(([key, n]) => `${toVisible(key)} ${n}`)
      .join(', ')
  const left = tally(leftOut.counts)
  if (count === 0) return `There is nothing to ${verb}.${left === '' ? '' : ` Left out: ${left}.`}`
  return [
    `It would ${verb} ${toCount(count, 'code')}, for ${toCount(occurrences, 'occurrence')}, ${serious.toLocaleString('en')} of them serious.`,
    `  by outcome: ${tally(byOutcome)}`,
    `  by coder: ${tally(byCoder)}`,
    ...(left === '' ? [] : [`  left out: ${left}`]),
    '',
    toTable(['id', 'in', 'times', 'serious', 'verbatim', 'code', 'outcome', 'by'], listed.map(toRow), { widest: 40 }),
    ...(count > listed.length ? [`and ${(count - listed.length).toLocaleString('en')} more`] : []),
    '',
    `Nothing was written. To ${verb} just these`,
    `  ${again}`,
  ].join('\n')
}

function toRow(decision: JudgeableDecision): (string | number)[] {
  const { targetId, domain, occurrences, serious, verbatim, llts, outcome, coder } = decision
  const code = llts.map((llt) => `${llt.text} (${llt.code})`).join(' + ')
  return [targetId.slice(0, 8), domain, occurrences, serious, verbatim, code, outcome, coder]
}
