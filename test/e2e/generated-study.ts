/**
 * A study made by chance, the same for the same seed: adverse events, medical history and demographics as CSV, exported
 * twice. In the second transfer rows are new, gone, changed in their term and changed beside it. Coded in OpenAE 0.1.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDictionary } from '../../pipeline/index.ts'
import { toRandom } from '../generators/random.ts'
import { OPENAE_0_1 } from '../openae.ts'

export interface StudyShape {
  /** Adverse events in the first transfer; medical history has a fifth of it. */
  readonly rows: number
  /** Verbatims that are terms of the dictionary, and verbatims that no rule may code. */
  readonly known: number
  readonly unknown: number
  readonly seed: number
}

/** Verbatims that stand in both transfers of every study and wait for a person. */
export const PUZZLES = Array.from(
  { length: 40 },
  (_, index) => `qwx${toLetters(index)} of the vrt${toLetters(index * 7)}`,
)

const EVENTS_PER_SUBJECT = 10
const SEVERITIES = ['MILD', 'MODERATE', 'SEVERE']

interface Record {
  readonly subject: string
  readonly position: number
  readonly verbatim: string
  readonly severity: string
  readonly day: number
}

/** The two transfers, by the names of their folders: dates, from which the as-of follows. */
export const TRANSFERS = ['2026-01-05', '2026-01-12'] as const

/** Writes `transfers/<date>/{ae,mh,dm}.csv` below the folder. */
export async function writeTransfers(folder: string, shape: StudyShape): Promise<void> {
  const random = toRandom(shape.seed)
  const verbatims = await listVerbatims(shape, random)
  const ae = toRecords(shape.rows, { verbatims, random })
  const mh = toRecords(Math.ceil(shape.rows / 5), { verbatims, random })
  const subjects = [...new Set([...ae, ...mh].map(({ subject }) => subject))].sort()
  await writeTransfer(join(folder, 'transfers', TRANSFERS[0]), { ae, mh, dm: subjects.slice(0, -5) })
  const later = { ae: toLater(ae, { verbatims, random }), mh: toLater(mh, { verbatims, random }), dm: subjects }
  await writeTransfer(join(folder, 'transfers', TRANSFERS[1]), later)
}

/** Writes a study.json that reads the transfers above; its store and its output lie beside it. */
export async function writeStudyFile(folder: string, { protocol }: { protocol: string }): Promise<void> {
  const toSource = (domain: 'AE' | 'MH', map: { [word: string]: string }) => ({
    id: domain.toLowerCase(),
    domain,
    format: 'csv',
    files: [`${domain.toLowerCase()}.csv`],
    key: ['Position'],
    map: { subject: 'Subject', site: 'Site', [`${domain}TERM`]: 'Verbatim', [`${domain}STDAT`]: 'Start', ...map },
  })
  const config = {
    study: { protocol, environment: 'uat' },
    dictionary: { name: 'OpenAE', version: '0.1', path: OPENAE_0_1 },
    sources: [
      toSource('AE', { AESEV: 'Severity', AESER: 'Serious' }),
      toSource('MH', {}),
      {
        id: 'dm',
        domain: 'DM',
        format: 'csv',
        files: ['dm.csv'],
        map: { subject: 'Subject', SEX: 'Sex', BRTHYR: 'Born' },
      },
    ],
    approval: 'manual',
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'study.json'), `${JSON.stringify(config, null, 2)}\n`)
}

async function listVerbatims({ known, unknown }: StudyShape, random: () => number): Promise<string[]> {
  const dictionary = await openDictionary(OPENAE_0_1)
  const verbatims = new Set<string>()
  while (verbatims.size < known) {
    const llt = dictionary.termAt(Math.floor(random() * dictionary.termCount))
    if (llt.isCurrent) verbatims.add(random() < 0.3 ? llt.text.toUpperCase() : llt.text)
  }
  for (let index = 0; index < unknown; index++) verbatims.add(`zgl${toLetters(index)} bnm${toLetters(index * 31)}`)
  return [...verbatims]
}

function toRecords(
  count: number,
  { verbatims, random }: { verbatims: readonly string[]; random: () => number },
): Record[] {
  return Array.from({ length: count }, (_, index) => ({
    subject: String(1001 + Math.floor(index / EVENTS_PER_SUBJECT)),
    position: 1 + (index % EVENTS_PER_SUBJECT),
    verbatim: PUZZLES[index] ?? pick(verbatims, random),
    severity: pick(SEVERITIES, random),
    day: 1 + Math.floor(random() * 28),
  }))
}

/** A week later. The puzzles stay as they were. */
function toLater(
  records: readonly Record[],
  { verbatims, random }: { verbatims: readonly string[]; random: () => number },
): Record[] {
  const later = records.flatMap((record, index): Record[] => {
    const lot = random()
    if (index < PUZZLES.length) return [record]
    if (lot < 0.05) return []
    if (lot < 0.15) return [{ ...record, verbatim: pick(verbatims, random) }]
    if (lot < 0.2) return [{ ...record, verbatim: `${record.verbatim} again ${toLetters(index)}` }]
    if (lot < 0.35) return [{ ...record, severity: pick(SEVERITIES, random), day: 1 + Math.floor(random() * 28) }]
    return [record]
  })
  for (let index = 0; index < records.length / 10; index++) {
    later.push({
      subject: String(1001 + index),
      position: EVENTS_PER_SUBJECT + 1,
      verbatim: pick(verbatims, random),
      severity: pick(SEVERITIES, random),
      day: 1,
    })
  }
  return later
}

async function writeTransfer(
  folder: string,
  { ae, mh, dm }: { ae: readonly Record[]; mh: readonly Record[]; dm: readonly string[] },
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const toLine = ({ subject, position, verbatim, severity, day }: Record) =>
    `${subject},${1 + (Number(subject) % 7)},${position},"${verbatim}",${String(day).padStart(2, '0')} DEC 2025,${severity},${day % 9 === 0 ? 'Y' : 'N'}\n`
  const header = 'Subject,Site,Position,Verbatim,Start,Severity,Serious\n'
  // Every 400th row stands twice: the repeat is set aside as a duplicate.
  const toText = (records: readonly Record[]) =>
    header + records.map((record, index) => (index % 400 === 7 ? toLine(record).repeat(2) : toLine(record))).join('')
  await writeFile(join(folder, 'ae.csv'), toText(ae))
  await writeFile(join(folder, 'mh.csv'), toText(mh))
  const toSubject = (subject: string) =>
    `${subject},${Number(subject) % 2 === 0 ? 'F' : 'M'},${1940 + (Number(subject) % 60)}\n`
  await writeFile(join(folder, 'dm.csv'), `Subject,Sex,Born\n${dm.map(toSubject).join('')}`)
}

function pick(list: readonly string[], random: () => number): string {
  return list[Math.floor(random() * list.length)] ?? ''
}

/** A number as lower-case letters, so that invented words differ. */
function toLetters(number: number): string {
  return number.toString(26).replaceAll(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
}
