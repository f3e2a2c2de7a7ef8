/** People at the command line: the first admin, accounts, logins, and the workbench that they open. */
import { readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Client } from '../server/client.ts'
import { askAecoder, type Given, refusedBy, runAecoder, startAecoder } from './command-line.ts'
import { copySampleForTest } from './sample.ts'
import { openStored } from './stored.ts'

function toGiven(study: string, name: string, variables: { readonly [name: string]: string } = {}): Given {
  return { variables: { AECODER_SESSION_FILE: join(study, `login of ${name}.json`), ...variables } }
}

test('an admin makes accounts, a coder logs in, codes and logs out, and the record says who it was', async () => {
  const study = await copySampleForTest({ isExactOnly: true })
  const at = ['--study', study]
  await askAecoder(['run', ...at])
  expect(await refusedBy(['login', 'ann', ...at], toGiven(study, 'ann', { AECODER_PASSWORD: 'x' }))).toEqual({
    code: 'SIGN_IN_REFUSED',
    exitCode: 1,
  })
  // The first account is an admin's; the others need one who is logged in.
  const addAnn = ['account', 'add', 'ann', '--full-name', 'Ann Coder', '--role', 'coder', ...at]
  expect((await refusedBy(addAnn)).code).toBe('ACCOUNT_NOT_ALLOWED')
  const addFirst = ['account', 'add', 'adm', '--role', 'admin', '--role', 'auditor', '--email', 'adm@example.org']
  const first = await askAecoder<{ oneTimePassword: string; account: object }>([...addFirst, '--in', 'all', ...at])
  expect(first.account).toMatchObject({
    email: 'adm@example.org',
    roles: [
      { study: '*', role: 'admin' },
      { study: '*', role: 'auditor' },
    ],
  })
  expect((await refusedBy(addAnn)).code).toBe('SIGN_IN_NEEDED')
  const own = 'four likely green apples'
  const asAdmin = toGiven(study, 'adm', { AECODER_PASSWORD: first.oneTimePassword, AECODER_NEW_PASSWORD: own })
  await askAecoder(['login', 'adm', ...at], asAdmin)
  const added = await askAecoder<{ oneTimePassword: string }>(addAnn, asAdmin)

  // A password for one sign-in is changed with it.
  const once = { AECODER_PASSWORD: added.oneTimePassword }
  expect((await refusedBy(['login', 'ann', ...at], toGiven(study, 'ann', once))).code).toBe('USAGE')
  const asAnn = toGiven(study, 'ann', { ...once, AECODER_NEW_PASSWORD: own })
  expect(await askAecoder(['login', 'ann', ...at], asAnn)).toMatchObject({ name: 'ann', fullName: 'Ann Coder' })
  const file = join(study, 'login of ann.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain(own)

  await askAecoder(['code', 'diarhea', '--term', 'Diarrhoea', ...at], asAnn)
  await askAecoder(['code', 'neusea', '--term', 'Nausea', '--as', 'Bob', ...at], asAnn)
  // What a shell makes of a variable that is not set is nobody's name.
  const asNobody = ['code', 'vomitting', '--term', 'Vomiting', '--as', '', ...at]
  expect((await refusedBy(asNobody, asAnn)).code).toBe('USAGE')
  await askAecoder(['export', ...at], asAnn)
  expect((await refusedBy(['account', 'list', ...at], asAnn)).code).toBe('NOT_PERMITTED')
  await askAecoder(['account', 'deactivate', 'ann', '--reason', 'left', ...at], asAdmin)
  // A login that is over is told: nobody acts under another name without knowing.
  expect((await refusedBy(['code', 'vomitting', '--term', 'Vomiting', ...at], asAnn)).code).toBe('SIGN_IN_NEEDED')
  // A run of every night goes on without.
  await askAecoder(['run', ...at], asAnn)
  await askAecoder(['logout', ...at], asAnn)
  await askAecoder(['code', 'vomitting', '--term', 'Vomiting', ...at], asAnn)
  const db = openStored(study)
  try {
    const coded = db.prepare("select actor, auth from event where kind = 'coded' order by seq").all()
    expect(coded.map(({ actor, auth }) => [actor, String(auth).replace(/ by .*| user .*/, '')])).toEqual([
      ['ann', 'signed in with password'],
      ['Bob', 'asserted with --as'],
      [expect.any(String) as string, 'system'],
    ])
    const ran = db.prepare("select actor from event where kind = 'dataset-written' order by seq").all()
    expect(ran.map(({ actor }) => actor)).toEqual([userInfo().username, 'ann'])
  } finally {
    db.close()
  }
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [] })
}, 240_000)

test('the workbench prints where it is and how to sign in for the first time, and ends in order', async () => {
  const study = await copySampleForTest()
  await askAecoder(['run', '--study', study])
  const { child, ended } = startAecoder(['workbench', '--port', '0', '--study', study, '--json'])
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')))
    child.once('close', () => reject(new Error('it ended before it was open')))
  })
  const opened = JSON.parse(line) as { origin: string; firstAdmin: { name: string; oneTimePassword: string } }
  expect(opened.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const client = new Client(opened.origin)
  const { name, oneTimePassword } = opened.firstAdmin
  expect((await client.signIn(name, oneTimePassword)).person).toMatchObject({ name: 'admin', mustChange: true })
  child.kill('SIGTERM')
  const { exitCode, stderr } = await ended
  expect([exitCode, stderr]).toEqual([0, ''])

  // The second start makes no admin and says so; a password of the environment is for the first one only.
  const again = startAecoder(['workbench', '--port', '0', '--study', study], {
    variables: { AECODER_ADMIN_PASSWORD: 'four likely green apples' },
  })
  const greeting = await new Promise<string>((resolve) => {
    again.child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')))
  })
  again.child.kill('SIGINT')
  expect(greeting).toContain('Sign in with your account')
  expect((await again.ended).exitCode).toBe(0)
}, 240_000)

test.for([
  [['--host', '0.0.0.0'], /^aecoder: --host 0\.0\.0\.0: an address that others can reach, without encryption/],
  [['--port', 'http'], /--port: "http" \(expected a number from 0 to 65535\)/],
  [['--tls-cert', 'cert.pem'], /--tls-key: not given/],
  [['--oidc', 'nowhere.json'], /--oidc: nowhere\.json cannot be read/],
  [['--origin', 'coding.example.org/x'], /--origin: /],
] as const)('workbench %s is refused with exit code 2', { timeout: 120_000 }, async ([options, message]) => {
  const study = await copySampleForTest()
  const { exitCode, stderr } = await runAecoder(['workbench', '--study', study, ...options])
  expect(stderr).toMatch(message)
  expect(exitCode).toBe(2)
})
