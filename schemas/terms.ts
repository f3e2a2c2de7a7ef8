/** Terms of a coding dictionary as the rest of the system sees them: code and text are always text. */

/** One node of a term's path, e.g. `{ level: 'PT', code: '42', text: 'Headache' }`. */
export interface PathNode {
  readonly level: string
  readonly code: string
  readonly text: string
}

/** From the broadest level to the assigned term, e.g. SOC, HLGT, HLT, PT, LLT. */
export type TermPath = readonly PathNode[]

/** The five levels of MedDRA and of dictionaries of its shape, broadest first. */
export const MEDDRA_LEVELS = ['SOC', 'HLGT', 'HLT', 'PT', 'LLT'] as const
export type MeddraLevel = (typeof MEDDRA_LEVELS)[number]

/** A dictionary as it is named in decisions, datasets and manifests. */
export interface DictionaryRef {
  readonly name: string
  readonly version: string
  /** Over the names and bytes of the files it was read from. */
  readonly sha256: string
}

/** A term proposed for a verbatim, with the path that would be assigned. */
export interface Candidate {
  readonly path: TermPath
  /** 0..1. A similarity, not a probability, until a calibrated model is in force. */
  readonly confidence: number
  /** One sentence a reviewer can check by eye. */
  readonly why: string
}
