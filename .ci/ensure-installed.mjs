// Installs what package-lock.json pins, only when it is not there yet.
// Runs on any Node >= 18 and before anything is installed: no dependencies, no TypeScript.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const lock = join(root, '.install-lock')
// npm ci deletes node_modules first, and this stamp with it: a broken install is never taken for a good one.
const stamp = join(root, 'node_modules', '.installed-from')
const wanted =
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex') + ` ${process.platform} ${process.arch}`
const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted

if (!isInstalled()) {
  while (!takeLock()) await new Promise((resolve) => setTimeout(resolve, 300)) // another npm script is installing
  process.on('exit', () => rmSync(lock, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))
  if (!isInstalled()) install()
}

function install() {
  process.stderr.write('Installing the pinned dependencies (npm ci), about half a minute ...\n')
  const flags = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath // the npm that runs this script
  const stdio = ['ignore', 2, 2] // stdout stays clean for the command that follows
  const run =
    npm && /npm-cli\.c?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...flags], { cwd: root, stdio })
      : spawnSync('npm', flags, { cwd: root, stdio, shell: process.platform === 'win32' })
  if (run.status !== 0) {
    process.stderr.write(
      'The install failed; the message of npm stands above. Run the command again when it is mended.\n',
    )
    process.exit(run.status ?? 1)
  }
  writeFileSync(stamp, wanted)
}

function takeLock() {
  try {
    mkdirSync(lock)
    return true
  } catch {
    try {
      if (Date.now() - statSync(lock).mtimeMs > 10 * 60_000) rmSync(lock, { recursive: true, force: true }) // its owner was killed
    } catch {
      // its owner removed it between the two calls
    }
    return false
  }
}
