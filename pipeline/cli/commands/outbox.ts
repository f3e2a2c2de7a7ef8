/** `outbox` sends what sites are asked as a file for the EDC; `answers` takes the file back. */
import { readFile, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { EXCHANGE_FORMATS } from '../../../schemas/site-queries.ts'
import { AecoderError, fetchOutbox, importAnswers, listOutboxes, sendOutbox } from '../../index.ts'
import { findActor } from '../actor.ts'
import { ACTOR_OPTION, STUDY_OPTION, type Surroundings, toCommand } from '../command.ts'
import { openNewFile } from '../file.ts'
import { withStore, withStoreToRead } from '../open.ts'
import { toCount, toShellWord, toTable } from '../tables.ts'

export const OUTBOX = toCommand({
  name: 'outbox',
  summary:
    'Send the site queries that wait as a file for the EDC, or write one that was sent again; without --to, list',
  example: 'aecoder outbox --to site-queries.csv --as "Dana Manager" --study samples/aurora-101',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    to: { kind: 'text', value: 'FILE', summary: 'write the file there; it must not be there yet' },
    format: { kind: 'choice', choices: EXCHANGE_FORMATS, summary: "the file's form", default: 'csv' },
    again: { kind: 'text', value: 'NUMBER', summary: 'an outbox that was sent, by the number that the list shows' },
    ...ACTOR_OPTION,
  },
  async run({ options, world }) {
    const { to, again, format } = options
    if (to === undefined && again !== undefined)
      throw new AecoderError('USAGE', { where: '--again', found: 'no --to', expected: 'the file to write: --to FILE' })
    if (to === undefined) return listSent(options.study, world)
    if (again !== undefined && !/^[1-9]\d{0,14}$/.test(again))
      throw new AecoderError('USAGE', { where: '--again', found: `"${again}"`, expected: 'the number of an outbox' })
    const path = toShellWord(options.study)
    return withStore(options.study, world, async ({ study, store }) => {
      // The file first: what was sent and could not be written would have to be asked for again.
      const file = await openNewFile(to)
      let seq: number
      let sent: Awaited<ReturnType<typeof fetchOutbox>>
      try {
        seq =
          again === undefined
            ? (
                await sendOutbox(study, {
                  store,
                  actor: await findActor(options.as, { store, study, permission: 'exchange-site-queries' }),
                })
              ).seq
            : Number(again)
        sent = await fetchOutbox(study, { store, seq, as: format })
      } catch (error) {
        await file.close()
        await rm(to, { force: true })
        throw error
      }
      try {
        await file.writeFile(sent.file.text)
        await file.sync()
      } catch (error) {
        throw new AecoderError('WRITE_FAILED', {
          where: to,
          found: `it cannot be written (${(error as NodeJS.ErrnoException).code}), and outbox ${seq} is on record as sent`,
          action: `Write it again: aecoder outbox --again ${seq} --to FILE`,
        })
      } finally {
        await file.close()
      }
      const { count } = sent.outbox
      return {
        json: { study: study.id, seq, count, file: to },
        text: `${again === undefined ? 'Sent' : 'Written again'}: outbox ${seq}, ${toCount(count, 'site query', 'site queries')}: ${to}\n\nNext: bring it back with the column answer filled in\n  ${world.program} answers ${toShellWord(to)} --as NAME --study ${path}`,
      }
    })
  },
})

function listSent(path: string, world: Surroundings) {
  return withStoreToRead(path, world, async ({ study, store }) => {
    const outboxes = await listOutboxes(store, study.id, { limit: 200 })
    const rows = outboxes.map(({ seq, at, by, count }) => [String(seq), at, by, count])
    return {
      json: { study: study.id, outboxes },
      text: rows.length === 0 ? 'No outbox was sent yet.' : toTable(['number', 'sent', 'by', 'site queries'], rows),
    }
  })
}

export const ANSWERS = toCommand({
  name: 'answers',
  summary: 'Take answers of sites in: CSV or JSON with siteQueryId and answer, all of them or none',
  example: 'aecoder answers site-queries.csv --as "Dana Manager" --study samples/aurora-101',
  arguments: [{ name: 'file', summary: 'a file of answers: .json is read as JSON, any other as CSV' }],
  options: { ...STUDY_OPTION, ...ACTOR_OPTION },
  async run({ args: [path = ''], options, world }) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new AecoderError('FILE_NOT_FOUND', { where: path, found: `it cannot be read (${error.code})` })
    })
    return withStore(options.study, world, async ({ study, store }) => {
      const report = await importAnswers(study, {
        store,
        actor: await findActor(options.as, { store, study, permission: 'exchange-site-queries' }),
        name: basename(path),
        as: path.toLowerCase().endsWith('.json') ? 'json' : 'csv',
        text,
      })
      const lines = [
        `Taken in: ${toCount(report.answered, 'answer')}; ${toCount(report.blank, 'row')} without one.`,
        ...(report.late.length > 0
          ? [`Closed before they were answered, and still so: ${report.late.map((id) => id.slice(0, 8)).join(', ')}`]
          : []),
        '',
        'Next: look at them',
        `  ${world.program} site-queries --state answered --study ${toShellWord(options.study)}`,
      ]
      return { json: report, text: lines.join('\n') }
    })
  },
})
