/** `redact`: words of a term that nobody is to be shown any more. */
import { findTarget, redactTerm } from '../../index.ts'
import { findActor } from '../actor.ts'
import { ACTOR_OPTION, REASON_OPTION, TERM_ARGUMENT, TERM_OPTIONS, toCommand, toName } from '../command.ts'
import { withStore } from '../open.ts'
import { toCount, toVisible } from '../tables.ts'

export const REDACT = toCommand({
  name: 'redact',
  summary: 'Hide words of a term, such as a name, from everybody; the record stays as the site wrote it',
  example:
    'aecoder redact "Mrs Miller has bad HA" --word Miller --reason "name of a subject" --as "Dana Manager" --study samples/aurora-101',
  arguments: [TERM_ARGUMENT],
  options: {
    ...TERM_OPTIONS,
    word: { kind: 'list', value: 'WORD', summary: 'a word of the term; may be given several times' },
    ...ACTOR_OPTION,
    ...REASON_OPTION,
  },
  async run({ args, options, world }) {
    return withStore(options.study, world, async ({ study, store }) => {
      const target = await findTarget(store, study, toName(args[0] ?? '', options))
      const report = await redactTerm(study, {
        store,
        target,
        words: options.word,
        actor: await findActor(options.as, { store, study, permission: 'redact' }),
        reason: options.reason ?? null,
      })
      const left =
        report.occurrences === 0
          ? ''
          : `\nThe dataset holds ${report.hidden === 1 ? 'it' : 'them'} until the site corrects ${toCount(report.occurrences, 'record')}: ask it to.`
      return {
        json: report,
        text: `Hidden: ${toCount(report.hidden, 'word')}. The term is shown as "${toVisible(report.shown)}".${left}`,
      }
    })
  },
})
