/** `sheet`: what is new or changed since the last signature, out as a spreadsheet and back with a reviewer's marks. */
import { AecoderError, openExport, readSheet, toPlace, writeSheet } from '../../index.ts'
import { findProven } from '../actor.ts'
import { STUDY_OPTION, toCommand } from '../command.ts'
import { writeNewFile } from '../file.ts'
import { withStore, withStoreToRead } from '../open.ts'
import { toCount, toShellWord } from '../tables.ts'

export const SHEET = toCommand({
  name: 'sheet',
  summary: 'Write what is new or changed since the last sign-off as a spreadsheet, or take a marked one back',
  example: 'aecoder sheet --to review.csv --study samples/aurora-101',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    to: { kind: 'text', value: 'FILE', summary: 'write the sheet there; it must not be there yet' },
    from: { kind: 'text', value: 'FILE', summary: 'take this sheet back: approve or reject in VERDICT' },
    state: { kind: 'choice', choices: ['any', 'to-approve'], summary: 'only codes that wait', default: 'any' },
  },
  async run({ options, world }) {
    const { to, from } = options
    const study = toShellWord(options.study)
    if ((to === undefined) === (from === undefined))
      throw new AecoderError('USAGE', {
        where: 'sheet',
        found: 'neither or both',
        expected: '--to FILE or --from FILE',
      })
    if (to !== undefined)
      return withStoreToRead(options.study, world, async ({ study: { id, ...rest }, store }) => {
        const state = options.state
        const sheet = await writeSheet({ id, ...rest }, { store, state })
        await writeNewFile(to, sheet.text)
        return {
          json: { study: id, file: to, rows: sheet.rows, since: sheet.since },
          text: `${toCount(sheet.rows, 'term')} new or changed since event ${sheet.since}: ${to}\n\nNext: approve or reject in VERDICT, a reason in REASON, save as CSV, and bring it back\n  ${world.program} sheet --from ${toShellWord(to)} --study ${study}`,
        }
      })
    return withStore(options.study, world, async ({ study: opened, store }) => {
      const { actor } = await findProven({ store, study: opened, permission: 'approve' }, world)
      const report = await readSheet(opened, { store, actor, file: openExport(toPlace(from ?? ''), opened.config.s3) })
      return {
        json: { study: opened.id, ...report },
        text: `${toCount(report.approved, 'code')} approved, ${report.rejected} rejected, ${toCount(report.unmarked, 'row')} without a mark.`,
      }
    })
  },
})
