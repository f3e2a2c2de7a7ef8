/** `npm run demo`: a fresh copy of the sample study in demo/, coded, with people to review it. What was in demo/ before is thrown away. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openPeople, openStudy, openStudyStore } from '../pipeline/index.ts'
import { SAMPLE_PEOPLE, type SampleName, seedPeople, toSpokenPassword } from './people.ts'

const samples = dirname(fileURLToPath(import.meta.url))
const root = join(samples, '..')
const folder = join('demo', 'aurora-101') // as deep as samples/aurora-101: its study.json finds the dictionary
rmSync(join(root, folder), { recursive: true, force: true })
cpSync(join(samples, 'aurora-101'), join(root, folder), {
  recursive: true,
  // A run inside samples/ leaves these behind; the demo begins without them.
  filter: (path) => !/[\\/](?:out|aecoder\.db[^\\/]*)$/.test(path),
})
process.stdout.write(`A fresh copy of samples/aurora-101 stands in ${folder}. Coding it:\n\n`)
const main = join(root, 'pipeline', 'cli', 'main.ts')
const { status } = spawnSync(process.execPath, [main, 'run', '--study', folder], { cwd: root, stdio: 'inherit' })
if (status === 0) process.stdout.write(await seed())
process.exitCode = status ?? 1

/** Makes an account for each of the sample people. @returns how they sign in */
async function seed(): Promise<string> {
  const study = await openStudy(join(root, folder))
  const store = await openStudyStore(study, {
    now: () => new Date().toISOString(),
    salt: () => randomBytes(16).toString('hex'),
  })
  const passwords = new Map<SampleName, string>(SAMPLE_PEOPLE.map(({ name }) => [name, toSpokenPassword()]))
  try {
    await seedPeople(await openPeople({ store }), {
      study: study.id,
      toPassword: (name) => passwords.get(name) ?? '',
    })
  } finally {
    await store.close()
  }
  const rows = SAMPLE_PEOPLE.map(({ name, role }) => `  ${name}   ${role.padEnd(14)} ${passwords.get(name)}`)
  return `\nReview it in your browser\n  npx aecoder workbench --study ${folder}\nand sign in as one of these (made for this demo, shown this once):\n${rows.join('\n')}\n`
}
