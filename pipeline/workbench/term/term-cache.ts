/** Terms that were looked at, or soon will be: the next one is there before it is asked for. */
import type { TermView } from '../../../schemas/api/terms.ts'

const KEPT = 60

export class TermCache {
  readonly #ask: (id: string) => Promise<TermView>
  readonly #kept = new Map<string, Promise<TermView>>()
  readonly #come = new Map<string, TermView>()

  constructor(ask: (id: string) => Promise<TermView>) {
    this.#ask = ask
  }

  at(id: string): TermView | undefined {
    return this.#come.get(id)
  }

  /** @throws what asking threw; a failure is not kept */
  find(id: string): Promise<TermView> {
    const kept = this.#kept.get(id)
    if (kept !== undefined) return kept
    const asked = this.#ask(id)
    this.#kept.set(id, asked)
    asked.then(
      (view) => {
        if (this.#kept.get(id) === asked) this.#come.set(id, view)
      },
      () => {
        if (this.#kept.get(id) === asked) this.drop(id)
      },
    )
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break
      this.drop(oldest)
    }
    return asked
  }

  drop(id: string): void {
    this.#kept.delete(id)
    this.#come.delete(id)
  }
}
