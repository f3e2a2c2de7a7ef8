/** `watch`: takes in what arrives in a folder or below a prefix, until it is stopped. */
import {
  AecoderError,
  EXIT,
  openStudy,
  toShortPath,
  type WatchEvent,
  type WatchOptions,
  watchStudy,
} from '../../index.ts'
import { findRunner } from '../actor.ts'
import { ACTOR_OPTION, STUDY_OPTION, toCommand } from '../command.ts'
import { toDuration, toMilliseconds } from '../duration.ts'
import { toCount, toVisible } from '../tables.ts'
import { toAcceptable } from './run.ts'

export const WATCH = toCommand({
  name: 'watch',
  summary: 'Take in what arrives in a folder or bucket, each transfer once it is whole; Ctrl+C ends it',
  example: 'aecoder watch inbox --study samples/aurora-101',
  arguments: [
    { name: 'inbox', summary: 'where transfers arrive: folders, or files of the sources; or s3://bucket/prefix' },
  ],
  options: {
    ...STUDY_OPTION,
    every: { kind: 'text', value: 'TIME', summary: 'between two looks', default: '10s' },
    settle: {
      kind: 'text',
      value: 'TIME',
      summary: 'without a change, after which a transfer is whole; never: only a marker tells',
      default: '30s',
    },
    marker: { kind: 'list', value: 'NAME', summary: 'a file that says the transfer is whole (else _COMPLETE, .done)' },
    done: { kind: 'text', value: 'PLACE', summary: 'where they go once taken in (else done, beside the inbox)' },
    quarantine: {
      kind: 'text',
      value: 'PLACE',
      summary: 'where they go when refused, with the reason (else quarantine, beside the inbox)',
    },
    accept: { kind: 'list', value: 'REASON', summary: 'as in run, for every transfer; recorded' },
    once: { kind: 'flag', summary: 'take in what is whole, then end (for cron); exit code 3 if any was refused' },
    ...ACTOR_OPTION,
  },
  async run({ args: [inbox = ''], options, world }) {
    const study = await openStudy(options.study)
    const asked = options as { json?: boolean }
    const stop = new AbortController()
    void world.untilStopped().then(() => stop.abort())
    const report = await watchStudy(study, {
      inbox,
      ...(options.done === undefined ? {} : { done: options.done }),
      ...(options.quarantine === undefined ? {} : { quarantine: options.quarantine }),
      every: toMilliseconds(options.every, '--every'),
      settle: options.settle === 'never' ? Infinity : toMilliseconds(options.settle, '--settle'),
      markers: options.marker.length === 0 ? ['_COMPLETE', '.done'] : options.marker.map(toMarker),
      isOnce: options.once,
      accept: options.accept.map(toAcceptable),
      findActor: (current) => findRunner(options.as, current, world.ambience),
      ambience: world.ambience,
      askPassword: world.askPassword,
      signal: stop.signal,
      onEvent: async (event) => {
        const line = asked.json ? JSON.stringify(event) : toLine(event, options.once)
        if (line !== '') await world.writeOut(`${line}\n`)
      },
    } satisfies WatchOptions)
    const isRefused = options.once && report.quarantined > 0
    return { json: undefined, text: '', exitCode: isRefused ? EXIT.incomplete : EXIT.ok }
  },
})

function toMarker(name: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\]/.test(name)) return name
  throw new AecoderError('USAGE', { where: '--marker', found: JSON.stringify(name), expected: 'the name of a file' })
}

function toLine(event: WatchEvent, isOnce: boolean): string {
  const text = toText(event, isOnce)
  return text === '' ? '' : toVisible(`${event.at}  ${event.transfer === null ? '' : `${event.transfer}: `}${text}`)
}

function toText(event: WatchEvent, isOnce: boolean): string {
  switch (event.state) {
    case 'watching':
      return isOnce ? '' : `watching ${toShortPath(event.places.inbox)}; Ctrl+C ends it`
    case 'taken-in':
      return `${toTakenIn(event.run)}; now in ${toShortPath(event.place)}`
    case 'repeat':
      return `taken in before, and newer ones since; now in ${toShortPath(event.place)}`
    case 'quarantined':
      return `refused: ${event.refusal.code}, ${event.refusal.found}; see ${toShortPath(event.place)}/reason.txt`
    case 'moved':
      return `now in ${toShortPath(event.place)}${event.refusal === null ? '' : `: ${event.refusal.code}, ${event.refusal.found}`}`
    case 'waiting':
      return `waits: ${event.why}`
    case 'retrying':
      return `not yet: ${event.why} (again in ${toDuration(event.after)})`
    case 'left-alone':
      return `left alone: ${event.why}`
  }
}

function toTakenIn(run: Extract<WatchEvent, { state: 'taken-in' }>['run']): string {
  const { status, movement, asOf, runId } = run
  if (run.isRepeat) return `taken in before as of ${asOf}, run ${runId}`
  const moved = `${movement.new} new, ${movement.changedVerbatim + movement.changedContext} changed, ${movement.withdrawn} gone, ${movement.unchanged} unchanged`
  if (status === 'held')
    return `as of ${asOf}: ${moved}; held, since the study is signed off: unlock it, then run it again from there`
  return `as of ${asOf}: ${moved}; ${toCount(run.toReview, 'occurrence')} to review; run ${runId}`
}
