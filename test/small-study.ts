/** A study of a few reported terms for tests of what people do: run, coded and judged through the library, in a folder of its own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  type Actor,
  type Ambience,
  codeTerm,
  type Desk,
  type FoundTarget,
  findTarget,
  judgeTerm,
  openDesk,
  openStudy,
  type RunReport,
  readSignOffState,
  runStudy,
  type Signature,
  type SigningAct,
  type Study,
  signOff,
  verifyStudy,
} from '../pipeline/index.ts'
import { OPENAE_0_1 } from './openae.ts'
import { toAmbience } from './store/stage.ts'

/** A person whose password was checked. */
export function toSignedIn(name: string): Actor {
  return { name, kind: 'person', auth: 'signed in with password' }
}

/** A name that was said. */
export function toAsserted(name: string): Actor {
  return { name, kind: 'person', auth: 'asserted with --as by dana@desk' }
}

export interface SmallStudy {
  readonly folder: string
  readonly study: Study
  readonly desk: Desk
  readonly ambience: Ambience
  /** Takes a transfer in; each text is `SUBJECT TERM`, with ` !` at the end where it is serious. */
  readonly run: (rows: readonly string[]) => Promise<RunReport>
  readonly find: (term: string) => Promise<FoundTarget>
  readonly code: (term: string, to: string, by?: string) => Promise<string>
  readonly judge: (term: string, kind: 'approved' | 'rejected', by?: string) => Promise<string>
  readonly sign: (change?: Partial<SigningAct>) => Promise<Signature>
  readonly listFaults: () => Promise<readonly string[]>
}

/** @param rows of the first transfer, which is taken in */
export async function openSmallStudy(
  rows: readonly string[],
  { approval = 'manual' }: { approval?: string } = {},
): Promise<SmallStudy> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-small-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'study.json'), JSON.stringify({ ...CONFIG, approval }))
  const ambience = toAmbience()
  const study = await openStudy(folder)
  let transfers = 0
  const run = async (texts: readonly string[]) => {
    const input = join(folder, `transfer-${++transfers}`)
    await mkdir(input)
    const lines = texts.map((text, index) => {
      const [, subject = '', term = '', serious] = /^(\w+) (.*?)( !)?$/.exec(text) ?? []
      return `${subject},${index + 1},"${term.replaceAll('"', '""')}",${serious ? 'Y' : 'N'}\n`
    })
    await writeFile(join(input, 'ae.csv'), `SUBJ,NO,TERM,SER\n${lines.join('')}`)
    return runStudy(study, { actor: toAsserted('Dana'), ambience, input, asOf: `2026-03-${10 + transfers}` })
  }
  await run(rows)
  const desk = await openDesk(study, { ambience })
  onTestFinished(() => desk.close())
  const { store, kits } = desk
  const find = (name: string) => findTarget(store, study, { name })
  return {
    folder,
    study,
    desk,
    ambience,
    run,
    find,
    async code(term, to, by = 'Ann') {
      const act = { store, kits, target: await find(term), actor: toSignedIn(by), reason: 'seen' }
      return (await codeTerm(study, { ...act, codes: [{ term: to }] })).decision
    },
    async judge(term, kind, by = 'Ben') {
      const act = { store, target: await find(term), actor: toSignedIn(by), reason: 'looked at' }
      return (await judgeTerm(study, { ...act, kind })).decision
    },
    async sign(change = {}) {
      const { headSeq } = await readSignOffState(store, study)
      const act = { store, kits, actor: toSignedIn('eva'), fullName: 'Eva Meyer', meaning: 'coding reviewed' }
      return signOff(study, { ...act, seen: headSeq, ...change })
    },
    listFaults: async () => (await verifyStudy(study, store)).faults,
  }
}

const CONFIG = {
  study: { protocol: 'ABC-101', environment: 'test' },
  dictionary: { name: 'OpenAE', version: '0.1', path: OPENAE_0_1 },
  precision: 'exact-only',
  sources: [
    {
      id: 'ae',
      domain: 'AE',
      format: 'csv',
      files: ['ae.csv'],
      key: ['NO'],
      map: { subject: 'SUBJ', AETERM: 'TERM', AESER: 'SER' },
    },
  ],
}
