/** A server on a free port over a copy of the sample study that has been run, with one person for each role. */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import {
  type Ambience,
  type Desks,
  openDesks,
  openPeople,
  openStudy,
  type People,
  runStudy,
  type Study,
} from '../../pipeline/index.ts'
import { openServer, type Server, type ServerOptions } from '../../pipeline/server/server.ts'
import { type SampleName, seedPeople } from '../../samples/people.ts'
import { codeExactTermsOnly, copySample } from '../e2e/sample.ts'
import { Client } from './client.ts'

export interface StartedServer {
  readonly origin: string
  readonly server: Server
  readonly folder: string
  readonly study: Study
  /** `/api/studies/<id>` of the sample study. */
  readonly base: string
  readonly desks: Desks
  readonly people: People
  /** What the server wrote of faults of its own. */
  readonly log: string[]
  /** A client without a session. */
  client(): Client
  /** A client of one of the sample people, signed in. */
  signIn(name: SampleName): Promise<Client>
  close(): Promise<void>
}

export interface StartOptions extends Partial<Omit<ServerOptions, 'house'>> {
  /** Codes exact terms only, so that the queue holds every misspelt one. */
  readonly isExactOnly?: true
  /** A clock other than the system's. */
  readonly now?: () => string
  /** Changes the copy before it is run. */
  readonly prepare?: (folder: string) => Promise<void>
  /** Takes the second transfer in as well. */
  readonly transfers?: readonly string[]
}

export function toPassword(name: SampleName): string {
  return `${name} likes 4 green apples`
}

/** Starts it; who calls closes it, which removes the folder too. */
export async function startServer(options: StartOptions = {}): Promise<StartedServer> {
  const { isExactOnly, prepare, now = () => new Date().toISOString(), transfers = ['2026-03-02'], ...rest } = options
  const folder = await copySample()
  if (isExactOnly) await codeExactTermsOnly(folder)
  await prepare?.(folder)
  const ambience: Ambience = { now, salt: () => randomBytes(16).toString('hex') }
  const study = await openStudy(folder)
  const actor = { name: 'Dana', kind: 'person', auth: 'asserted' } as const
  for (const transfer of transfers) await runStudy(study, { input: `${folder}/transfers/${transfer}`, actor, ambience })
  const desks = await openDesks([study], { ambience })
  const people = await openPeople({ store: desks.store })
  await seedPeople(people, { study: study.id, toPassword })
  const log: string[] = []
  const server = await openServer({
    house: { desks: desks.desks, people },
    address: { port: 0 },
    limits: { signIns: 10_000, requests: 1_000_000 },
    log: (text) => log.push(text),
    ...rest,
  })
  const client = () => new Client(server.origin)
  return {
    origin: server.origin,
    server,
    folder,
    study,
    base: `/api/studies/${encodeURIComponent(study.id)}`,
    desks,
    people,
    log,
    client,
    async signIn(name) {
      const signed = client()
      await signed.signIn(name, toPassword(name))
      return signed
    },
    async close() {
      await server.close()
      await desks.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
