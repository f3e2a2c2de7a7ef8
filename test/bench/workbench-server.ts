/** The server of the workbench's bench, in a process of its own: a study that was run, and as many people as are asked for. */
import { randomBytes } from 'node:crypto'
import { type Ambience, createAccount, openDesks, openPeople, openStudy } from '../../pipeline/index.ts'
import { ensurePage } from '../../pipeline/server/page.ts'
import { openServer } from '../../pipeline/server/server.ts'

/** The password of everybody in this bench. */
export const PASSWORD = 'forty green apples a day'

if (process.argv[1]?.endsWith('workbench-server.ts')) {
  const [folder = '', coders = '0', approvers = '0'] = process.argv.slice(2)
  const ambience: Ambience = { now: () => new Date().toISOString(), salt: () => randomBytes(16).toString('hex') }
  const study = await openStudy(folder)
  const started = performance.now()
  const { desks, store } = await openDesks([study], { ambience })
  const people = await openPeople({ store })
  const by = { name: 'bench', kind: 'system', auth: 'internal' } as const
  const roles = [
    ...Array.from({ length: Number(coders) }, (_, n) => ['coder', `coder${n}`] as const),
    ...Array.from({ length: Number(approvers) }, (_, n) => ['approver', `approver${n}`] as const),
  ]
  for (const [role, name] of roles)
    await createAccount(people, {
      by,
      account: { name, fullName: name, roles: [{ study: study.id, role }], password: PASSWORD },
    })
  // What a person would wait for once: the queue, the index of the dictionary.
  for (const desk of desks.values()) await desk.warm()
  const page = await ensurePage()
  const server = await openServer({
    ...(page === undefined ? {} : { page }),
    house: { desks, people },
    address: { port: 0 },
    limits: { signIns: 100_000, requests: 100_000_000 },
  })
  const ready = { origin: server.origin, study: study.id, readySeconds: (performance.now() - started) / 1000 }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
  process.once('SIGTERM', () => {
    process.stdout.write(`${JSON.stringify({ peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024) })}\n`)
    void server.close().then(() => process.exit(0))
  })
}
