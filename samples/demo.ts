/** `npm run demo`: a fresh copy of the sample study in demo/, coded. What was in demo/ before is thrown away. */
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const samples = dirname(fileURLToPath(import.meta.url))
const root = join(samples, '..')
const study = join('demo', 'aurora-101') // as deep as samples/aurora-101: its study.json finds the dictionary
rmSync(join(root, study), { recursive: true, force: true })
cpSync(join(samples, 'aurora-101'), join(root, study), {
  recursive: true,
  // A run inside samples/ leaves these behind; the demo begins without them.
  filter: (path) => !/[\\/](?:out|aecoder\.db[^\\/]*)$/.test(path),
})
process.stdout.write(`A fresh copy of samples/aurora-101 stands in ${study}. Coding it:\n\n`)
const main = join(root, 'pipeline', 'cli', 'main.ts')
const { status } = spawnSync(process.execPath, [main, 'run', '--study', study], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
