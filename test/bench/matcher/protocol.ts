/**
 * How the bench and a matcher program talk. The program gets the path of a dictionary.tsv (header
 * `concept_id term is_preferred`, tab separated) as its first argument and one query a line on standard input. It
 * writes JSON lines: `{"ready": …}`, then an answer to each query in their order, then `{"done": …}`.
 */

/** A concept found; the score's scale is the matcher's own, higher is better. */
export interface Hit {
  readonly id: string
  readonly score: number
}

export interface Answer {
  /** At most 10, each concept once, best first; empty where nothing was found. */
  readonly hits: readonly Hit[]
  /** Whether the matcher would code the first hit without asking anyone. */
  readonly auto: boolean
  /** 0..1, how likely the first hit is right; a matcher without probabilities gives its first hit's score as it is. */
  readonly confidence: number
  /** First score less the second one, where the matcher has no probabilities. */
  readonly margin?: number
}

export interface AnswerLine extends Answer {
  readonly q: string
}

export interface Ready {
  /** From the dictionary's bytes in memory until a query could be answered. */
  readonly buildSeconds: number
  /** Resident memory at that moment. */
  readonly rssMb: number
}

export interface Done {
  /** Matching alone: all queries were in memory before, no answer was written yet. */
  readonly seconds: number
  /** Of the whole life of the matcher's own process. */
  readonly peakRssMb: number
}

export const MOST_HITS = 10
