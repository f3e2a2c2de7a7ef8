/** The command line: the command table given to commander, one answer printed, one exit code. */
import { randomBytes } from 'node:crypto'
import { Command as Commander, CommanderError, InvalidArgumentError, Option } from 'commander'
import { AECODER_VERSION, AecoderError, EXIT } from '../index.ts'
import type { Command, OptionSpec, Surroundings } from './command.ts'
import { COMMANDS } from './commands.ts'
import { ask, askPassword } from './password.ts'
import { openProgress } from './progress.ts'
import { toVisible } from './tables.ts'

const PROGRAM = 'npx aecoder'
const FAMILIES: { readonly [name: string]: string } = {
  dictionary: 'Check, search and show a coding dictionary',
  synonyms: 'Propose, approve, retire, import and export synonyms',
  'site-query': 'Show, edit, close and reopen what a site was asked',
  account: 'Keep the accounts of the people who work here',
}

export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok
  const root = new Commander('aecoder')
    .description(
      'Codes the adverse events and medical history of clinical trials; what it is not sure of waits for a person.',
    )
    .version(AECODER_VERSION)
    .exitOverride()
    .showHelpAfterError('(aecoder --help shows all commands)')
    .configureHelp({ sortSubcommands: false })
  for (const command of COMMANDS) {
    const words = command.name.split(' ')
    const parent = words.length === 1 ? root : findFamily(root, words[0] ?? '')
    const sub = parent.command(words.at(-1) ?? '').description(command.summary)
    for (const { name, summary, isOptional } of command.arguments)
      sub.argument(isOptional ? `[${name}]` : `<${name}>`, summary)
    for (const [name, spec] of Object.entries(command.options)) sub.addOption(toOption(name, spec))
    sub
      .option('--json', 'the answer as JSON')
      .addHelpText('after', `\nExample:\n  $ ${command.example}\n`)
      .exitOverride()
      .action(async (...given: unknown[]) => {
        exitCode = await answer(command, given)
      })
  }
  try {
    await root.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return EXIT.ok
    // commander has told a person; a program that asked for JSON gets it.
    if (argv.includes('--json')) await writeError({ code: 'USAGE', found: error.message.replace(/^error: /, '') })
    return EXIT.usage
  }
  return exitCode
}

async function answer(command: Command, given: readonly unknown[]): Promise<number> {
  const args = given.slice(0, command.arguments.length).filter((arg) => arg !== undefined) as string[]
  const options = given[command.arguments.length] as Record<string, unknown>
  const progress = openProgress()
  const world: Surroundings = {
    ambience: { now: () => new Date().toISOString(), salt: () => randomBytes(16).toString('hex') },
    stdin: process.stdin,
    writeOut,
    onProgress: progress.show,
    askPassword,
    ask,
    untilStopped,
    program: PROGRAM,
  }
  try {
    const { json, text, exitCode } = await command.run({ args, options, world })
    progress.close()
    // A command that streams, like match, has printed its JSON already.
    if (options.json && json !== undefined) await writeOut(`${JSON.stringify(json, null, 2)}\n`)
    else if (!options.json && text !== '') await writeOut(`${text}\n`)
    return exitCode ?? EXIT.ok
  } catch (error) {
    progress.close()
    if (error instanceof AecoderError) {
      if (options.json) await writeError({ code: error.code, ...error.facts })
      // A verbatim in it may hold what would steer a terminal.
      process.stderr.write(`aecoder: ${toVisible(error.message)}\n`)
      return error.exitCode
    }
    if (options.json) await writeError({ code: 'UNEXPECTED', found: String(error) })
    const told = isSystemError(error)
      ? error.message
      : `unexpected, most likely a defect of aecoder: ${error instanceof Error ? error.stack : String(error)}`
    process.stderr.write(`aecoder: ${told}\n`)
    return EXIT.failed
  }
}

/** The first Ctrl+C ends in order; a second one ends at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

function writeError(error: { code: string; found: string }): Promise<void> {
  return writeOut(`${JSON.stringify({ error }, null, 2)}\n`)
}

/** What the system says of a file names the file and what is wrong; where it came up in our code helps nobody. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function findFamily(root: Commander, name: string): Commander {
  const found = root.commands.find((command) => command.name() === name)
  return (
    found ??
    root
      .command(name)
      .description(FAMILIES[name] ?? '')
      .exitOverride()
  )
}

function toOption(name: string, spec: OptionSpec): Option {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  switch (spec.kind) {
    case 'choice': {
      const option = new Option(`${flag} <${name}>`, spec.summary).choices([...spec.choices])
      return spec.default === undefined ? option : option.default(spec.default)
    }
    case 'list':
      return new Option(`${flag} <${spec.value}>`, `${spec.summary} (may be repeated)`)
        .default([], 'none')
        .argParser((value, before: string[]) => [...before, value])
    case 'number':
      return new Option(`${flag} <${spec.value}>`, spec.summary).default(spec.default).argParser((value) => {
        const number = Number(value)
        if (!Number.isInteger(number) || number < 1)
          throw new InvalidArgumentError('It must be a whole number above 0.')
        return number
      })
    case 'flag':
      return new Option(flag, spec.summary).default(false)
    case 'text': {
      const option = new Option(`${flag} <${spec.value}>`, spec.summary)
      return spec.default === undefined ? option : option.default(spec.default)
    }
  }
}

function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())))
}

// `aecoder queue | head` ends when the reader has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})
process.exitCode = await runCommandLine(process.argv.slice(2))
