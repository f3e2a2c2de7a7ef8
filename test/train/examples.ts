/** What the model learns from: verbatims with the concept they mean, as the matcher sees them. Repeatable. */
import type { Matcher, Ranked } from '../../pipeline/autocode/matcher.ts'
import { garble, type Random, recase } from './noise.ts'

export const EXAMPLE_KINDS = ['held-out', 'noisy', 'hard', 'absent', 'gold'] as const
export type ExampleKind = (typeof EXAMPLE_KINDS)[number]

export interface Example {
  readonly kind: ExampleKind
  readonly verbatim: string
  readonly ranked: readonly Ranked[]
  /** The place of the right concept among the ranked; -1 where it is not there. */
  readonly right: number
  /** Examples of one group are never in two parts of a split: a concept's names resemble each other. */
  readonly group: number
}

/** Of a hundred: the mix that a coder's queue is taken to be until there is a better one. */
const SHARES = { 'held-out': 18, noisy: 35, hard: 35, absent: 12 } as const

/**
 * Draws names of a dictionary, as they are or garbled, some of them with that name or its whole concept left out of the
 * dictionary: a name that is left out stands for what a site writes and no dictionary holds.
 */
export function drawExamples(matcher: Matcher, count: number, random: Random): Example[] {
  const { texts, concepts, index } = matcher.terms
  const examples: Example[] = []
  for (const [kind, share] of Object.entries(SHARES) as [keyof typeof SHARES, number][]) {
    for (let i = 0; i < (count * share) / 100; i += 1) {
      const text = Math.floor(random() * texts.length)
      const concept = concepts[text] as number
      const name = texts[text] as string
      const isGarbled = kind === 'noisy' || kind === 'hard' || (kind === 'absent' && random() < 0.3)
      const verbatim = isGarbled ? garble(name, random) : recase(name, random)
      const isSame = toSameWords(index, text)
      const without =
        kind === 'noisy'
          ? undefined
          : kind === 'absent'
            ? (other: number) => concepts[other] === concept
            : (other: number) => other === text || isSame(other)
      const { ranked } = matcher.match(verbatim, without === undefined ? {} : { without })
      const right = kind === 'absent' ? -1 : ranked.findIndex((each) => each.concept === concept)
      examples.push({ kind, verbatim, ranked, right, group: concept })
    }
  }
  return examples
}

/** Whether another name has the very same words, as normalised. */
function toSameWords(index: Matcher['index'], text: number): (other: number) => boolean {
  const words = [...index.words.subarray(index.starts[text], index.starts[text + 1])]
  return (other) => {
    const from = index.starts[other] as number
    return (
      (index.starts[other + 1] as number) - from === words.length &&
      words.every((word, i) => index.words[from + i] === word)
    )
  }
}
