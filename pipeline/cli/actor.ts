/** Who is at the keyboard, as far as a command line can know. */
import { hostname, userInfo } from 'node:os'
import type { Actor } from '../index.ts'

/** The name given with --as, taken at its word; else the system user. How it is known stands beside it. */
export function toActor(asserted: string | undefined): Actor {
  const user = `${readUserName()}@${hostname()}`
  const name = asserted?.trim()
  return name
    ? { name, kind: 'person', auth: `asserted with --as by ${user}` }
    : { name: readUserName(), kind: 'person', auth: `system user ${user}` }
}

function readUserName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}` // a container without an entry for its user
  }
}
