/** `sign-off` locks what was reviewed, `unlock` opens it again; both are acts of a person who proved who they are. */
import { AecoderError, openCodingKits, readSignOffState, type SignOffState, signOff, unlockStudy } from '../../index.ts'
import { findProven } from '../actor.ts'
import { REASON_OPTION, STUDY_OPTION, toCommand } from '../command.ts'
import { withStore, withStoreToRead } from '../open.ts'
import { toHeldLines, toSignatureLines } from '../signature-text.ts'
import { toCount, toShellWord } from '../tables.ts'

export const SIGN_OFF = toCommand({
  name: 'sign-off',
  summary: 'Sign the study off: locks its codes. Without --seen it only shows what would be signed',
  example: 'aecoder sign-off --meaning "coding reviewed" --seen 42 --study samples/aurora-101',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    meaning: { kind: 'text', value: 'TEXT', summary: 'what your signature stands for, e.g. "coding reviewed"' },
    seen: { kind: 'text', value: 'EVENT', summary: 'the event that you looked up to, as it is shown' },
    incomplete: { kind: 'text', value: 'REASON', summary: 'why it is signed although terms are open or wait' },
  },
  async run({ options, world }) {
    const { seen } = options
    if (seen === undefined)
      return withStoreToRead(options.study, world, async ({ study, store }) => {
        const state = await readSignOffState(store, study)
        const call = `${world.program} sign-off --meaning TEXT --seen ${state.headSeq} --study ${toShellWord(options.study)}`
        return { json: { study: study.id, isSigned: false, ...state }, text: toText(study.id, { state, call }) }
      })
    const seq = Number(seen)
    if (!Number.isInteger(seq) || seq < 0)
      throw new AecoderError('USAGE', { where: '--seen', found: `"${seen}"`, expected: 'the number that is shown' })
    return withStore(options.study, world, async ({ study, store }) => {
      const { actor, fullName } = await findProven({ store, study, permission: 'sign-off' }, world)
      const signature = await signOff(study, {
        store,
        kits: await openCodingKits(study, { ...world, store }),
        actor,
        fullName,
        meaning: options.meaning ?? '',
        seen: seq,
        isIncomplete: options.incomplete !== undefined,
        reason: options.incomplete ?? null,
      })
      const next = [
        '',
        'Next: publish what was signed',
        `  ${world.program} export --study ${toShellWord(options.study)}`,
      ]
      return {
        json: { study: study.id, isSigned: true, signature },
        text: [...toSignatureLines(signature), ...next].join('\n'),
      }
    })
  },
})

export const UNLOCK = toCommand({
  name: 'unlock',
  summary: 'Unlock a signed study, with a reason: people may code again, and the next run takes in what is held',
  example: 'aecoder unlock --reason "a late transfer" --study samples/aurora-101',
  arguments: [],
  options: { ...STUDY_OPTION, ...REASON_OPTION },
  async run({ options, world }) {
    return withStore(options.study, world, async ({ study, store }) => {
      const { held } = await readSignOffState(store, study)
      const { actor, fullName } = await findProven({ store, study, permission: 'unlock' }, world)
      const unlocked = await unlockStudy(study, { store, actor, fullName, reason: options.reason ?? '' })
      const waiting = held
        ? `\n${toCount(held.transfers.length, 'transfer')} held: the next run codes and publishes what came.`
        : ''
      return {
        json: { study: study.id, unlocked },
        text: `Unlocked by ${unlocked.fullName} at ${unlocked.at}.${waiting}\n\nNext\n  ${world.program} run --study ${toShellWord(options.study)}`,
      }
    })
  },
})

function toText(id: string, { state, call }: { state: SignOffState; call: string }): string {
  const { signature, held, headSeq, decisions, owed } = state
  if (signature !== null)
    return [id, '', ...(held ? toHeldLines(signature, held) : toSignatureLines(signature))].join('\n')
  return [
    id,
    '',
    `A signature would cover ${toCount(decisions, 'decision')}, all up to event ${headSeq}.`,
    owed.open + owed.toApprove === 0
      ? 'Nothing is left to be coded or approved.'
      : `Still to be coded: ${owed.open}; to be approved: ${owed.toApprove}. To sign all the same: --incomplete REASON`,
    '',
    'Nothing was written. To sign just this',
    `  ${call}`,
  ].join('\n')
}
