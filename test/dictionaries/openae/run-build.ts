/** The build of OpenAE as its users start it: a process of its own, over a folder. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'

export const OPENAE = join(import.meta.dirname, '../../../dictionaries/openae')

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}
/** Ends with its exit code and what it printed. */
export function runBuild(folder: string, ...flags: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(OPENAE, 'build.ts'), '--folder', folder, ...flags], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}
