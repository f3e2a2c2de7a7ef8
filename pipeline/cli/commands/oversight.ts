/** `audit` and `report`: what those who look over the work read. */
import { DAY_OR_MOMENT } from '../../../schemas/api/oversight.ts'
import { AecoderError, EXIT, ReviewQueue, readAudit, readDashboard, toAuditFile } from '../../index.ts'
import { STUDY_OPTION, toCommand } from '../command.ts'
import { writeNewFile } from '../file.ts'
import { withStoreToRead } from '../open.ts'
import { toCount, toTable, toVisible } from '../tables.ts'

export const AUDIT = toCommand({
  name: 'audit',
  summary: 'Show who did what, when and why, newest first, with the whole event chain checked',
  example: 'aecoder audit --study samples/aurora-101 --actor Ann --to audit.csv',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    kind: { kind: 'text', value: 'KIND', summary: 'only such events: coded, approved, signed-off …' },
    actor: { kind: 'text', value: 'NAME', summary: 'only what this person did' },
    text: { kind: 'text', value: 'TEXT', summary: 'only events with these words: a verbatim, a term, a reason' },
    from: { kind: 'text', value: 'DATE', summary: 'from this moment on (UTC, ISO 8601)' },
    until: { kind: 'text', value: 'DATE', summary: 'up to this moment (UTC, ISO 8601)' },
    limit: { kind: 'number', value: 'N', summary: 'at most so many', default: 30 },
    to: { kind: 'text', value: 'FILE', summary: 'write all of them, oldest first, to a new .csv or .json file' },
  },
  async run({ options, world }) {
    const { kind, actor, text, from, until } = options
    checkMoment('--from', from)
    checkMoment('--until', until)
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const filter = {
        ...(kind === undefined ? {} : { kind }),
        ...(actor === undefined ? {} : { actor }),
        ...(text === undefined ? {} : { text }),
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { to: until }),
      }
      if (options.to !== undefined) {
        const as = options.to.toLowerCase().endsWith('.json') ? 'json' : 'csv'
        const file = await toAuditFile({ study, store }, { as, ...filter })
        await writeNewFile(options.to, file.text)
      }
      const audit = await readAudit({ study, store }, { ...filter, limit: Math.min(options.limit, 500) })
      const { chain, rows } = audit
      const state = chain.isWhole
        ? `The chain is whole: ${toCount(chain.events, 'event')}, head ${chain.head.slice(0, 12)}`
        : `THE CHAIN IS DAMAGED:\n${chain.faults.map((fault) => `  ${fault}`).join('\n')}`
      const lines = rows.map(({ seq, at, actor: by, kind: what, object, before, after, reason }) => [
        String(seq),
        at,
        by,
        what,
        toVisible(object),
        before ?? '',
        after ?? '',
        reason ?? '',
      ])
      const table = toTable(['event', 'when', 'by', 'what', 'about', 'before', 'after', 'why'], lines, { widest: 60 })
      const written = options.to === undefined ? [] : ['', `Written to ${options.to}`]
      return {
        json: audit,
        text: [state, '', table, ...written].join('\n'),
        exitCode: chain.isWhole ? EXIT.ok : EXIT.mismatch,
      }
    })
  },
})

/** What is no moment would look like a time when nothing happened. */
function checkMoment(where: string, text: string | undefined): void {
  if (text === undefined || (new RegExp(DAY_OR_MOMENT).test(text) && !Number.isNaN(Date.parse(text)))) return
  throw new AecoderError('USAGE', {
    where,
    found: JSON.stringify(text),
    expected: 'a day or a moment in UTC, e.g. 2026-03-02 or 2026-03-02T14:30Z',
  })
}

export const REPORT = toCommand({
  name: 'report',
  summary: 'Show how the coding goes: progress, reasons, whether the probabilities are honest, who did what',
  example: 'aecoder report --study samples/aurora-101',
  arguments: [],
  options: { ...STUDY_OPTION },
  async run({ options, world }) {
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const dashboard = await readDashboard({ study, store, queue: new ReviewQueue(store, study.id) })
      const { totals, reasons, bands, siteQueries, people, bodySystems, overTime } = dashboard
      const percent = (share: number) => `${(100 * share).toFixed(1)} %`
      const parts = [
        toTable(
          ['state', 'terms', 'share'],
          [
            ['coded by machine', totals.autocoded, percent(totals.autocoded / Math.max(1, totals.terms))],
            ['coded by people', totals.coded, percent(totals.coded / Math.max(1, totals.terms))],
            ['to approve', totals.toApprove, percent(totals.toApprove / Math.max(1, totals.terms))],
            ['open', totals.open, percent(totals.open / Math.max(1, totals.terms))],
            ['all', totals.terms, ''],
          ],
        ),
        'Day by day',
        toTable(
          ['day', 'auto-coded', 'coded', 'queued'],
          overTime.map(({ day, autocoded, coded, queued }) => [day, autocoded, coded, queued]),
        ),
        'Why terms wait',
        toTable(
          ['reason', 'terms', 'occurrences'],
          reasons.map(({ outcome, terms, occurrences }) => [outcome, terms, occurrences]),
        ),
        'Is the probability honest? Terms that people judged later',
        toTable(
          ['probability', 'terms', 'judged', 'right', 'share right', 'expected'],
          bands.map(({ from, to, terms, judged, right, expected }) => [
            `${from} - ${to}`,
            terms,
            judged,
            right,
            judged === 0 ? '' : percent(right / judged),
            expected === null ? '' : percent(expected),
          ]),
        ),
        'Site queries by age',
        toTable(
          ['age', 'open', 'answered'],
          siteQueries.map(({ age, open, answered }) => [age, open, answered]),
        ),
        ...(people.length === 0
          ? []
          : [
              'Who did what',
              toTable(
                ['name', 'coded', 'split', 'approved', 'rejected', 'asked'],
                people.map(({ name, coded, split, approved, rejected, asked }) => [
                  name,
                  coded,
                  split,
                  approved,
                  rejected,
                  asked,
                ]),
              ),
            ]),
        'Coded, by body system',
        toTable(
          ['body system', 'terms', 'occurrences'],
          bodySystems.map(({ text, terms, occurrences }) => [text, terms, occurrences]),
        ),
      ]
      return { json: dashboard, text: parts.join('\n\n') }
    })
  },
})
