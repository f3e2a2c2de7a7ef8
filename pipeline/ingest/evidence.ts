/** What the guesses at a study.json are collected in. */
import type { ColumnRef } from '../../schemas/study.ts'

/** One guess and what it rests on. */
export interface Evidence {
  /** The field of study.json. */
  readonly field: string
  /** The column the guess rests on; null where there is none. */
  readonly column: string | null
  /** A sentence for the person who has to judge the guess. */
  readonly why: string
  /** An unsure field is left empty. */
  readonly confidence: 'sure' | 'likely' | 'unsure'
}

/** The mapping and the evidence as they grow. */
export interface Draft {
  readonly map: { [word: string]: ColumnRef }
  readonly evidence: Evidence[]
}
