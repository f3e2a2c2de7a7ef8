/** What a command is: one row of the command table. Knows nothing of commander and of the terminal. */
import type { ExitCode } from '../../schemas/errors.ts'
import { AecoderError, type Ambience, type AskPassword, type Progress, type TargetName } from '../index.ts'

export type OptionSpec =
  | { readonly kind: 'text'; readonly value: string; readonly summary: string; readonly default?: string }
  | { readonly kind: 'number'; readonly value: string; readonly summary: string; readonly default: number }
  | { readonly kind: 'list'; readonly value: string; readonly summary: string }
  | {
      readonly kind: 'choice'
      readonly choices: readonly string[]
      readonly summary: string
      readonly default?: string
    }
  | { readonly kind: 'flag'; readonly summary: string }

export type OptionValues<O> = {
  readonly [name in keyof O]: O[name] extends { kind: 'number' }
    ? number
    : O[name] extends { kind: 'list' }
      ? readonly string[]
      : O[name] extends { kind: 'flag' }
        ? boolean
        : Word<O[name]> | (O[name] extends { default: string } ? never : undefined)
}

/** Of a choice just its words: what is none of them is refused before a command sees it. */
type Word<O> = O extends { kind: 'choice'; choices: readonly (infer W)[] } ? W : string

/** What a command is given beside its arguments: the world, as far as it may touch it. */
export interface Surroundings {
  readonly ambience: Ambience
  readonly stdin: AsyncIterable<Uint8Array>
  /** Writes to standard output at once: for results that stream. */
  readonly writeOut: (text: string) => Promise<void>
  readonly onProgress: (progress: Progress) => void
  /** Asks the person at the terminal for a password: of an encrypted dictionary, by its file, or of an account, by its name. */
  readonly askPassword: AskPassword
  /** Asks the person at the terminal a question; undefined where nobody sits there. */
  readonly ask: (question: string) => Promise<string | undefined>
  /** Settles when the person, or the system, wants the program to end. */
  readonly untilStopped: () => Promise<void>
  /** How to call this program, for the next step it proposes. */
  readonly program: string
}

/** What a command found: `json` for programs, `text` for people. */
export interface Answer {
  readonly json: unknown
  readonly text: string
  readonly exitCode?: ExitCode
}

export interface Command {
  /** One word, or two for a command of a family: `dictionary search`. */
  readonly name: string
  readonly summary: string
  readonly example: string
  readonly arguments: readonly { readonly name: string; readonly summary: string; readonly isOptional?: boolean }[]
  readonly options: { readonly [name: string]: OptionSpec }
  readonly run: (call: {
    args: readonly string[]
    options: Record<string, unknown>
    world: Surroundings
  }) => Promise<Answer>
}

/** Gives `run` the types that follow from the options. */
export function toCommand<const O extends { readonly [name: string]: OptionSpec }>(
  command: Omit<Command, 'run' | 'options'> & {
    options: O
    run: (call: { args: readonly string[]; options: OptionValues<O>; world: Surroundings }) => Promise<Answer>
  },
): Command {
  return command as unknown as Command
}

/** A term as the command line names it. */
export function toName(
  name: string,
  { domain, dictionary }: { domain: 'AE' | 'MH' | undefined; dictionary: string | undefined },
): TargetName {
  return {
    name,
    ...(domain === undefined ? {} : { domain }),
    ...(dictionary === undefined ? {} : { terminology: dictionary }),
  }
}

/** Options that several commands share. */
export const STUDY_OPTION = {
  study: { kind: 'text', value: 'PATH', summary: 'study.json, or the folder that holds it', default: '.' },
} as const
export const ACTOR_OPTION = {
  as: { kind: 'text', value: 'NAME', summary: 'who you are; recorded as asserted, with the system user and host' },
} as const
export const REASON_OPTION = { reason: { kind: 'text', value: 'TEXT', summary: 'why; kept for ever' } } as const
export const DICTIONARY_OPTION = {
  dictionary: { kind: 'text', value: 'NAME', summary: 'the dictionary, where a term is coded in several' },
} as const
export const DOMAIN_OPTION = { domain: { kind: 'choice', choices: ['AE', 'MH'], summary: 'only this domain' } } as const

/** How the commands that are about one term are told which. */
export const TERM_ARGUMENT = {
  name: 'term',
  summary: "a verbatim, or the beginning of the id that queue shows (an occurrence's id for that one alone)",
} as const
export const TERM_OPTIONS = { ...STUDY_OPTION, ...DOMAIN_OPTION, ...DICTIONARY_OPTION } as const

/**
 * The term of the dictionary that --term names.
 * @throws AecoderError USAGE where it was left out
 */
export function toTerm(term: string | undefined): string {
  if (term?.trim()) return term
  throw new AecoderError('USAGE', {
    where: '--term',
    found: 'no term',
    expected: 'the code or text of a term of the dictionary',
    action: 'Look for one: aecoder dictionary search',
  })
}
