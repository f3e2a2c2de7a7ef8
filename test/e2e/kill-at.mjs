/**
 * Loaded before a program: kills it, as the system would, before the KILL_AT-th file that it creates, renames or removes below inbox, done or quarantine of
 * the folder KILL_BELOW. 0 kills nobody.
 */
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const at = Number(process.env.KILL_AT)
const places = ['inbox', 'done', 'quarantine'].map((name) => join(process.env.KILL_BELOW ?? '', name))
let changes = 0

for (const name of ['open', 'rename', 'unlink']) {
  const original = promises[name]
  promises[name] = (path, ...rest) => {
    const isChange = name !== 'open' || rest[0] !== 'r'
    if (isChange && places.some((place) => String(path).startsWith(place)) && ++changes === at)
      process.kill(process.pid, 'SIGKILL')
    return original(path, ...rest)
  }
}
syncBuiltinESMExports()
