/**
 * A real S3 server for tests: Debian's radosgw on loopback, with one monitor and one in-memory disk of ceph, in a folder
 * of its own that is removed with it. Needs the Debian packages ceph-mon, ceph-osd, radosgw and ceph-common.
 */
import { execFile, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Programs it takes, in the Debian packages of these names or ceph-common. */
const PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph', 'radosgw-admin', 'monmaptool']
const START_MS = 120_000

/** Where a server listens and who may ask it. */
export interface S3Server {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Whether this machine has all it takes. */
export function hasRadosgw(): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return PROGRAMS.every((program) => folders.some((folder) => isExecutable(join(folder, program))))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Brings a server up with one user; `stop` ends it and leaves nothing. */
export async function startRadosgw(): Promise<{ readonly server: S3Server; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-radosgw-'))
  const children: ReturnType<typeof spawn>[] = []
  const stop = async () => {
    await Promise.all(
      children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGKILL') // nothing of it is to be kept
        await ended
      }),
    )
    await rm(folder, { recursive: true, force: true })
  }
  try {
    return { server: await bringUp(folder, children), stop }
  } catch (error) {
    const log = await readFile(join(folder, 'client.rgw.log'), 'utf8').catch(() => '')
    await stop()
    throw new Error(`radosgw did not come up: ${(error as Error).message}\n${log.slice(-2000)}`, { cause: error })
  }
}

async function bringUp(folder: string, children: ReturnType<typeof spawn>[]): Promise<S3Server> {
  const [monPort, rgwPort] = await findFreePorts(2)
  const fsid = randomUUID()
  const configuration = join(folder, 'ceph.conf')
  await writeFile(configuration, toConfiguration({ folder, fsid, monPort: monPort ?? 0 }))
  const own = ['-c', configuration]
  const env = { ...process.env, CEPH_CONF: configuration }
  const call = (program: string, args: readonly string[]) => run(program, args, { env, timeout: START_MS })
  const start = (program: string, args: readonly string[]) => {
    // They end with the tests even when those are killed.
    const words = existsSync('/usr/bin/setpriv') ? ['setpriv', '--pdeathsig', 'KILL', program] : [program]
    const [command = program, ...rest] = [...words, ...args]
    const child = spawn(command, rest, { env, stdio: 'ignore' })
    child.on('error', () => undefined)
    children.push(child)
    return child
  }

  const map = join(folder, 'monmap')
  await call('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `[v2:127.0.0.1:${monPort}]`, map])
  for (const name of ['mon.a', 'osd.0', 'rgw']) await mkdir(join(folder, name))
  await call('ceph-mon', [...own, '--mkfs', '-i', 'a', '--monmap', map, '--keyring', '/dev/null'])
  start('ceph-mon', [...own, '-f', '-i', 'a'])
  const osd = randomUUID()
  await untilDone(() => call('ceph', [...own, '--connect-timeout', '5', 'osd', 'new', osd, '0']))
  await call('ceph-osd', [...own, '-i', '0', '--mkfs', '--osd-uuid', osd])
  start('ceph-osd', [...own, '-f', '-i', '0'])
  const gateway = start('radosgw', [
    ...own,
    '-n',
    'client.rgw',
    '-f',
    '--rgw-frontends',
    `beast endpoint=127.0.0.1:${rgwPort}`,
  ])
  const endpoint = `http://127.0.0.1:${rgwPort}`
  await untilDone(async () => {
    if (gateway.exitCode !== null) throw new GivenUp(`radosgw ended with ${gateway.exitCode}`)
    await fetch(endpoint, { signal: AbortSignal.timeout(2000) })
  })
  const user = { accessKeyId: randomBytes(10).toString('hex'), secretAccessKey: randomBytes(20).toString('hex') }
  const names = ['--uid=tests', '--display-name=tests']
  const keys = [`--access-key=${user.accessKeyId}`, `--secret-key=${user.secretAccessKey}`]
  await call('radosgw-admin', [...own, 'user', 'create', ...names, ...keys])
  return { endpoint, ...user }
}

class GivenUp extends Error {}

async function untilDone(act: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + START_MS
  for (;;) {
    try {
      await act()
      return
    } catch (error) {
      if (error instanceof GivenUp || Date.now() > end) throw error
      await wait(200)
    }
  }
}

/** Ports of the loopback that nobody listens on at this moment. */
async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => {
            const address = server.address()
            resolve(typeof address === 'object' && address !== null ? address.port : 0)
          })
        }),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function toConfiguration({ folder, fsid, monPort }: { folder: string; fsid: string; monPort: number }): string {
  const settings = {
    fsid,
    'mon host': `[v2:127.0.0.1:${monPort}]`,
    'mon initial members': 'a',
    'auth cluster required': 'none',
    'auth service required': 'none',
    'auth client required': 'none',
    // Without keys the default, secure, hangs for minutes.
    'ms mon client mode': 'crc secure',
    'ms bind msgr1': 'false',
    'public addr': '127.0.0.1',
    'cluster addr': '127.0.0.1',
    'osd pool default size': 1,
    'osd pool default min size': 1,
    'osd pool default pg num': 1,
    'osd pool default pg autoscale mode': 'off',
    'osd crush chooseleaf type': 0,
    'mon allow pool size one': true,
    'mon max pg per osd': 1000,
    'osd objectstore': 'memstore',
    'memstore device bytes': 2 * 2 ** 30,
    'mon data': `${folder}/mon.$id`,
    'osd data': `${folder}/osd.$id`,
    'rgw data': `${folder}/rgw`,
    'run dir': folder,
    'admin socket': `${folder}/$name.asok`,
    'log file': `${folder}/$name.log`,
    'pid file': `${folder}/$name.pid`,
    'osd max object name len': 256,
    'osd max object namespace len': 64,
    // What was removed gives its memory back soon.
    'rgw gc obj min wait': 5,
    'rgw gc processor period': 5,
    'rgw gc processor max time': 5,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  return `[global]\n${lines.join('\n')}\n`
}
