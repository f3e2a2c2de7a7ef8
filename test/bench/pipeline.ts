/**
 * `npm run bench`: a study end to end (ingest, code, store, Arrow) at 100,000 and 1,000,000 rows with 20,000 distinct
 * verbatims, a fifth of which need review. Prints JSON. Each run is a process of its own, so that its peak memory is
 * its own; beside it the same file goes through the bare CSV parser, as a measure of the machine at that moment.
 *
 * Options: --rows 100000,1000000   --rounds 1   --keep (leaves the folder)
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDictionary } from '../../pipeline/index.ts'
import { writeMeddraShaped } from '../generators/meddra-shaped.ts'
import { toRandom } from '../generators/random.ts'
import { measure } from './measure.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000,1000000' },
    rounds: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
})
const DISTINCT = 20_000
const NEEDING_REVIEW = DISTINCT / 5
const EVENTS_PER_SUBJECT = 10
const SEVERITIES = ['MILD', 'MODERATE', 'SEVERE']
const RELATIONS = ['NOT RELATED', 'POSSIBLE', 'RELATED']

const folder = await mkdtemp(join(tmpdir(), 'aecoder-bench-'))
try {
  const dictionaryFolder = join(folder, 'dictionary')
  await mkdir(dictionaryFolder)
  writeMeddraShaped(dictionaryFolder, { llts: 90_000, pts: 27_000, seed: 1 })
  const verbatims = await listVerbatims(dictionaryFolder)
  const results = []
  for (const rows of values.rows.split(',').map(Number)) {
    for (let round = 1; round <= Number(values.rounds); round++) {
      const study = join(folder, `study-${rows}-${round}`)
      await writeStudy(study, { rows, verbatims, dictionaryFolder })
      const bare = await measure(['test/bench/read-format.ts', 'csv', join(study, 'transfer', 'ae.csv'), 'bare'])
      const whole = await measure(['test/bench/run-study.ts', study])
      results.push({
        rows,
        round,
        megabytes: toTenth((await stat(join(study, 'transfer', 'ae.csv'))).size / 1e6),
        seconds: toTenth(whole.seconds),
        rowsPerSecond: Math.round(rows / whole.seconds),
        peakRssMb: Math.round(whole.peakRssMb),
        ...(whole.report as object),
        storeMb: toTenth((await stat(join(study, 'aecoder.db'))).size / 1e6),
        bareParser: { seconds: toTenth(bare.seconds), peakRssMb: Math.round(bare.peakRssMb) },
        timesBareParser: toTenth(whole.seconds / bare.seconds),
      })
      if (!values.keep) await rm(study, { recursive: true, force: true })
    }
  }
  const machine = {
    node: process.version,
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  }
  process.stdout.write(
    `${JSON.stringify({ bench: 'pipeline', distinctVerbatims: DISTINCT, needingReview: NEEDING_REVIEW, dictionaryLlts: 90_000, machine, results }, null, 2)}\n`,
  )
} finally {
  if (values.keep) process.stderr.write(`kept: ${folder}\n`)
  else await rm(folder, { recursive: true, force: true })
}

/** Terms of the dictionary as sites write them, then texts that no rule may code. */
async function listVerbatims(dictionaryFolder: string): Promise<string[]> {
  const dictionary = await openDictionary(dictionaryFolder)
  const random = toRandom(7)
  const chosen = new Set<string>()
  while (chosen.size < DISTINCT - NEEDING_REVIEW) {
    const llt = dictionary.termAt(Math.floor(random() * dictionary.termCount))
    if (llt.isCurrent) chosen.add(random() < 0.3 ? llt.text.toUpperCase() : llt.text)
  }
  const known = [...chosen]
  while (chosen.size < DISTINCT) {
    const text = known[Math.floor(random() * known.length)] ?? ''
    const at = 1 + Math.floor(random() * (text.length - 2))
    chosen.add(`${text.slice(0, at)}${text.slice(at + 1)} since day ${1 + Math.floor(random() * 90)}`)
  }
  return [...chosen]
}

async function writeStudy(
  study: string,
  { rows, verbatims, dictionaryFolder }: { rows: number; verbatims: readonly string[]; dictionaryFolder: string },
): Promise<void> {
  await mkdir(join(study, 'transfer'), { recursive: true })
  const config = {
    study: { protocol: 'BENCH-1', environment: 'production' },
    dictionary: {
      name: 'MedDRA-shaped',
      version: (await openDictionary(dictionaryFolder)).ref.version,
      path: dictionaryFolder,
    },
    input: 'transfer',
    sources: [
      {
        id: 'ae',
        domain: 'AE',
        format: 'csv',
        files: ['ae.csv'],
        map: {
          subject: 'Subject',
          site: 'SiteNumber',
          event: 'Folder',
          AETERM: 'AETERM',
          AESTDAT: 'AESTDAT',
          AEENDAT: 'AEENDAT',
          AESEV: 'AESEV',
          AESER: 'AESER',
          AEREL: 'AEREL',
          AEOUT: 'AEOUT',
          AEACN: 'AEACN',
        },
        key: ['RecordPosition'],
      },
    ],
  }
  await writeFile(join(study, 'study.json'), JSON.stringify(config))
  const out = createWriteStream(join(study, 'transfer', 'ae.csv'))
  const random = toRandom(rows)
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? ''
  let text = 'Subject,SiteNumber,Folder,RecordPosition,AETERM,AESTDAT,AEENDAT,AESEV,AESER,AEREL,AEOUT,AEACN\n'
  for (let row = 0; row < rows; row++) {
    const subject = Math.floor(row / EVENTS_PER_SUBJECT)
    // Every verbatim occurs; beyond the first round they come at random.
    const verbatim = row < verbatims.length ? (verbatims[row] ?? '') : pick(verbatims)
    const day = String(1 + Math.floor(random() * 28)).padStart(2, '0')
    text += `${100_000 + subject},${String(1 + (subject % 200)).padStart(3, '0')},AE,${row % EVENTS_PER_SUBJECT},"${verbatim}",${day} JAN 2026,${day} FEB 2026,${pick(SEVERITIES)},${random() < 0.1 ? 'Y' : 'N'},${pick(RELATIONS)},RECOVERED/RESOLVED,DOSE NOT CHANGED\n`
    if (text.length < 1 << 20) continue
    if (!out.write(text)) await once(out, 'drain')
    text = ''
  }
  out.end(text)
  await once(out, 'finish')
}

function toTenth(n: number): number {
  return Math.round(n * 10) / 10
}
