/** `split`: one report that holds several events, each with its own code. */
import {
  AecoderError,
  autocode,
  codeTerm,
  findKit,
  findMasks,
  findTarget,
  type GivenCode,
  MASK,
  openCodingKits,
  toShown,
} from '../../index.ts'
import { findActor } from '../actor.ts'
import { ACTOR_OPTION, REASON_OPTION, TERM_ARGUMENT, TERM_OPTIONS, toCommand, toName } from '../command.ts'
import { withStore } from '../open.ts'
import { toShellWord, toTable, toVisible } from '../tables.ts'
import { toAnswer, toNext } from './acts.ts'

export const SPLIT = toCommand({
  name: 'split',
  summary: 'Code the parts of a report that holds several events; without --part propose them',
  example:
    'aecoder split "headache and nausea" --part headache=headache --part nausea=nausea --as "Ann Coder" --study samples/aurora-101',
  arguments: [TERM_ARGUMENT],
  options: {
    ...TERM_OPTIONS,
    part: {
      kind: 'list',
      value: 'TEXT=TERM',
      summary: "a part's words, as they are to stand in AEMODIFY, and the code or text of its term; once for each part",
    },
    ...ACTOR_OPTION,
    ...REASON_OPTION,
  },
  async run({ args, options, world }) {
    const codes = options.part.map(toGivenCode)
    if (codes.length === 1)
      throw new AecoderError('USAGE', {
        where: '--part',
        found: 'one part',
        expected: 'two or more',
        action: 'Name each part, or code the whole: aecoder code',
      })
    return withStore(options.study, world, async ({ study, store }) => {
      const kits = await openCodingKits(study, { ...world, store })
      const target = await findTarget(store, study, toName(args[0] ?? '', options))
      if (codes.length > 0) {
        const actor = await findActor(options.as, { store, study, permission: 'code' })
        const report = await codeTerm(study, { store, kits, target, codes, actor, reason: options.reason ?? null })
        return toAnswer(report, { verb: 'Split', study: options.study, world, next: toNext(report) })
      }
      const { verbatim: written, domain } = target.kind === 'group' ? target.group : target.occurrence
      const masks = await findMasks(store, study.id)
      const verbatim = masks.toShown(written)
      const { parts } = autocode(written, findKit(kits, target), domain)
      const proposed = parts.map(({ text, candidate: { path, confidence } }) => ({
        // Hidden words are no words of an event.
        text: toShown(text, masks.find(written)).replaceAll(MASK, '').replace(/\s+/g, ' ').trim(),
        code: path.at(-1)?.code ?? '',
        term: path.at(-1)?.text ?? '',
        confidence,
      }))
      const id = (target.kind === 'group' ? target.group : target.occurrence).target.id.slice(0, 8)
      const given = proposed.map(({ text, code }) => `--part ${toShellWord(`${text}=${code}`)}`)
      const isProposed = proposed.length > 1
      const call = `${world.program} split ${id} ${isProposed ? given.join(' ') : '--part TEXT=TERM --part TEXT=TERM'} --as NAME --study ${toShellWord(options.study)}`
      const text = [
        isProposed
          ? `"${toVisible(verbatim)}" reads as ${proposed.length} events`
          : `"${toVisible(verbatim)}": no events were told apart; name them yourself`,
        ...(isProposed
          ? [
              '',
              toTable(
                ['part', 'probability', 'code', 'term'],
                proposed.map((part) => [part.text, part.confidence.toFixed(2), part.code, part.term]),
                { widest: 60 },
              ),
            ]
          : []),
        '',
        'Next: split it so, or with other words and terms',
        `  ${call}`,
      ]
      return { json: { verbatim, parts: proposed }, text: text.join('\n') }
    })
  },
})

/** `TEXT=TERM`; a verbatim may hold the sign itself ("Hb = 7"), a term does not. */
function toGivenCode(part: string): GivenCode {
  const at = part.lastIndexOf('=')
  const text = part.slice(0, at).trim()
  const term = part.slice(at + 1).trim()
  if (at > 0 && text !== '' && term !== '') return { part: text, term }
  throw new AecoderError('USAGE', {
    where: '--part',
    found: `"${part}"`,
    expected: 'the words of the part, "=", and the code or text of its term',
  })
}
