#!/usr/bin/env node
// The launcher: plain JavaScript that even Node 18 can read. It finds a runtime new enough, then hands over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
// A checkout runs its sources; the published package holds the compiled ones only.
const source = join(root, 'pipeline', 'cli', 'main.ts')
const entry = existsSync(source) ? source : join(root, 'dist', 'pipeline', 'cli', 'main.js')
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  try {
    await import(pathToFileURL(entry).href)
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || existsSync(join(root, 'node_modules', '.bin'))) throw error
    process.stderr.write(
      'aecoder is not installed yet. In a checkout, run: npm run demo   (it installs what is missing)\n',
    )
    process.exit(1)
  }
} else {
  const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  if (!existsSync(pinned)) {
    process.stderr.write(
      `aecoder needs Node 22.18 or newer; this is ${process.version}.\nIn a checkout, run: npm run demo   (it installs what is missing, Node too)\n`,
    )
    process.exit(1)
  }
  const child = spawn(pinned, [entry, ...process.argv.slice(2)], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)))
}
