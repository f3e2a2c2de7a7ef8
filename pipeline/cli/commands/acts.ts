/** `code`, `undo`, `approve`, `reject`: what people decide. */
import {
  type ActReport,
  codeTerm,
  type FoundTarget,
  findTarget,
  judgeTerm,
  openCodingKits,
  undoDecision,
} from '../../index.ts'
import { findActor, findProvenActor } from '../actor.ts'
import {
  ACTOR_OPTION,
  REASON_OPTION,
  type Surroundings,
  TERM_ARGUMENT,
  TERM_OPTIONS,
  toCommand,
  toName,
  toTerm,
} from '../command.ts'
import { withStore } from '../open.ts'
import { toCodes, toCount, toShellWord, toVisible } from '../tables.ts'

export const CODE = toCommand({
  name: 'code',
  summary: 'Code a term: its whole group, or one occurrence',
  example: 'aecoder code "bad HA" --term headache --as "Ann Coder" --study samples/aurora-101',
  arguments: [TERM_ARGUMENT],
  options: {
    ...TERM_OPTIONS,
    term: { kind: 'text', value: 'CODE', summary: 'the term to assign: its code, or its text (required)' },
    ...ACTOR_OPTION,
    ...REASON_OPTION,
  },
  async run({ args, options, world }) {
    const term = toTerm(options.term)
    return withStore(options.study, world, async ({ study, store }) => {
      const kits = await openCodingKits(study, { ...world, store })
      const target = await findTarget(store, study, toName(args[0] ?? '', options))
      const report = await codeTerm(study, {
        store,
        kits,
        target,
        codes: [{ term }],
        actor: await findActor(options.as, { store, study, permission: 'code' }),
        reason: options.reason ?? null,
      })
      return toAnswer(report, { verb: 'Coded', study: options.study, world, next: toNext(report) })
    })
  },
})

export const UNDO = toCommand({
  name: 'undo',
  summary: 'Take the last decision of a person back: what stood before it stands again',
  example: 'aecoder undo "bad HA" --as "Ann Coder" --study samples/aurora-101',
  arguments: [TERM_ARGUMENT],
  options: { ...TERM_OPTIONS, ...ACTOR_OPTION, ...REASON_OPTION },
  async run({ args, options, world }) {
    return withStore(options.study, world, async ({ study, store }) => {
      const kits = await openCodingKits(study, { ...world, store })
      const target = await findTarget(store, study, toName(args[0] ?? '', options))
      const actor = await findActor(options.as, { store, study, permission: 'code' })
      const report = await undoDecision(study, { store, kits, target, actor, reason: options.reason ?? null })
      const next = report.paths.length === 0 ? 'queue' : toNext(report)
      return toAnswer(report, { verb: 'Undone', study: options.study, world, next })
    })
  },
})

export const APPROVE = toVerdict(
  'approve',
  'Approve a code as the second person',
  'aecoder approve "bad HA" --study samples/aurora-101',
)
export const REJECT = toVerdict(
  'reject',
  'Reject a code as the second person; the term goes back to the queue',
  'aecoder reject "bad HA" --reason "migraine is reported elsewhere" --study samples/aurora-101',
)

function toVerdict(name: 'approve' | 'reject', summary: string, example: string) {
  return toCommand({
    name,
    summary,
    example,
    arguments: [TERM_ARGUMENT],
    options: { ...TERM_OPTIONS, ...ACTOR_OPTION, ...REASON_OPTION },
    async run({ args, options, world }) {
      return withStore(options.study, world, async ({ study, store }) => {
        const target: FoundTarget = await findTarget(store, study, toName(args[0] ?? '', options))
        const kind = name === 'approve' ? 'approved' : 'rejected'
        const report = await judgeTerm(study, {
          store,
          target,
          kind,
          actor: await (isWaiting(target) ? findProvenActor : findActor)(options.as, {
            store,
            study,
            permission: 'approve',
            askPassword: world.askPassword,
          }),
          reason: options.reason ?? null,
        })
        return toAnswer(report, {
          verb: kind === 'approved' ? 'Approved' : 'Rejected',
          study: options.study,
          world,
          next: kind === 'approved' ? 'export' : 'queue',
        })
      })
    },
  })
}

/** Whether the approval policy holds the code back: then a name that is only asserted does not let it pass. */
function isWaiting(target: FoundTarget): boolean {
  const { decision } = target.kind === 'group' ? target.group : target.occurrence
  return decision?.waits === true && decision.verdict === null
}

/** What follows a code that was given. */
export function toNext({ approval, target }: ActReport): string {
  return approval === 'pending' ? `approve ${target.id.slice(0, 8)}` : 'export'
}

export function toAnswer(
  report: ActReport,
  { verb, study, world, next }: { verb: string; study: string; world: Surroundings; next: string },
) {
  const paths = report.paths.map((path) => `\n  ${path.map((node) => node.text).join(' › ')}`).join('')
  const waits = report.approval === 'pending' ? '\nIt waits for a second person before it enters the dataset.' : ''
  const at = `--study ${toShellWord(study)}`
  const login = next.startsWith('approve') ? `\n  ${world.program} login SOMEONE_ELSE ${at}` : ''
  const codes = report.paths.length === 0 ? 'no code: it waits to be coded' : toCodes(report.paths)
  const text = `${verb}: "${toVisible(report.verbatim)}" (${toCount(report.occurrences, 'occurrence')}) → ${codes}${paths}${waits}\n\nNext${login}\n  ${world.program} ${next} ${at}`
  const { target, ...rest } = report
  return { json: { target: { kind: target.kind, id: target.id }, ...rest }, text }
}
