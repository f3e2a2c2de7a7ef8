/** Asking at the terminal: what is typed of a password is not shown. Knows the terminal, not what the password opens. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** @returns what was typed; undefined where no person sits at a terminal */
export async function askPassword(file: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  process.stderr.write(`Password of ${file}: `)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const line = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await new Promise<string | undefined>((resolve) => {
      line.once('line', resolve)
      line.once('close', () => resolve(undefined))
    })
  } finally {
    line.close()
    process.stderr.write('\n')
  }
}

/** @returns what was typed; undefined where no person sits at a terminal */
export async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const line = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  try {
    return await new Promise<string | undefined>((resolve) => {
      line.question(`${question}: `, resolve)
      line.once('close', () => resolve(undefined))
    })
  } finally {
    line.close()
  }
}
