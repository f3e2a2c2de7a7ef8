/** One run of a study in this process; prints seconds by stage and the process's peak memory as one JSON line. */
import { randomBytes } from 'node:crypto'
import { openStudy, type Progress, runStudy } from '../../pipeline/index.ts'

const started = performance.now()
const ends: { [stage in Progress['stage']]?: number } = {}
const report = await runStudy(await openStudy(process.argv[2] ?? ''), {
  actor: { name: 'bench', kind: 'system', auth: 'internal' },
  ambience: { now: () => new Date().toISOString(), salt: () => randomBytes(16).toString('hex') },
  onProgress: ({ stage }) => {
    ends[stage] = performance.now()
  },
})
const seconds = (performance.now() - started) / 1000
const since = (from: number, to: number | undefined) => (to === undefined ? 0 : Math.round((to - from) / 100) / 10)
const { counts, status } = report
process.stdout.write(
  `${JSON.stringify({
    seconds,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    report: {
      status,
      // Reading ends with the last byte parsed; committing, the first reads of coding, and the manifest lie between.
      stages: {
        reading: since(started, ends.reading),
        committingAndCoding: since(ends.reading ?? started, ends.coding),
        writing: since(ends.coding ?? started, started + seconds * 1000),
      },
      occurrences: counts.occurrences,
      terms: counts.groups,
      termsToReview: counts.openGroups,
      occurrencesToReview: counts.openOccurrences,
    },
  })}\n`,
)
