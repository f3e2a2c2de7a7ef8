/** The term that a person is about to code to: taken from the candidates or from the dictionary. */

interface Node {
  readonly level: string
  readonly code: string
  readonly text: string
}
export interface Chosen {
  readonly code: string
  readonly text: string
  readonly path: readonly Node[]
  readonly from: 'candidates' | 'dictionary'
}

export function toChosen(path: readonly Node[], from: Chosen['from']): Chosen | undefined {
  const last = path.at(-1)
  return last && { code: last.code, text: last.text, path, from }
}

/** What was chosen before, of which the path is not known any more. */
export function toChosenAgain({ term, text }: { readonly term: string; readonly text: string }): Chosen {
  return { code: term, text, path: [{ level: '', code: term, text }], from: 'dictionary' }
}
