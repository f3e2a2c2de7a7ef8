/**
 * The item groups that are open in an ODM document, and the keys they make. In ODM 1.x one stands in a form; in ODM 2.0
 * forms are item groups too, and groups stand in one another. Knows no files and no items.
 */

export interface OpenGroup<Record> {
  readonly oid: string | null
  readonly repeatKey: string | null
  /** Whether it is what ODM 1.x calls a form. */
  readonly isForm: boolean
  hasItems: boolean
  hasGroups: boolean
  /** The record that it makes by itself. */
  record: Record | undefined
}

/** What the open groups say of where a record stands; ODM 1.x says of forms itself. */
export interface GroupKeys {
  readonly form: { readonly oid: string | null; readonly repeatKey: string | null } | undefined
  readonly groupOid: string | null
  readonly groupRepeatKey: string | null
}

export class OpenGroups<Record> {
  readonly #open: OpenGroup<Record>[] = []
  /** OIDs of the item groups that the metadata call forms. */
  readonly #forms = new Set<string>()
  edition: 1 | 2 = 1

  /** Takes the definition of an item group (ODM 2.0 §3.1.1.3.5). Metadata stand before the data. */
  define(oid: string | null, type: string | null): void {
    if (oid !== null && type === 'Form') this.#forms.add(oid)
  }

  get last(): OpenGroup<Record> | undefined {
    return this.#open.at(-1)
  }

  push({ oid, repeatKey }: Pick<OpenGroup<Record>, 'oid' | 'repeatKey'>): OpenGroup<Record> {
    const group = { oid, repeatKey, isForm: this.#isForm(oid), hasItems: false, hasGroups: false, record: undefined }
    const around = this.last
    if (around !== undefined) around.hasGroups = true
    this.#open.push(group)
    return group
  }

  pop(): OpenGroup<Record> | undefined {
    return this.#open.pop()
  }

  /** Where a record of the innermost group stands. */
  toKeys(): GroupKeys {
    const last = this.last
    if (this.edition === 1)
      return { form: undefined, groupOid: last?.oid ?? null, groupRepeatKey: last?.repeatKey ?? null }
    const form = this.#open.find(({ isForm }) => isForm) ?? this.#open[0]
    const inner = form === undefined ? [] : this.#open.slice(this.#open.indexOf(form) + 1)
    // Groups between form and record tell records apart where they repeat.
    const isPath = inner.slice(0, -1).some(({ repeatKey }) => repeatKey !== null)
    const path = inner.map(({ repeatKey }) => repeatKey ?? '').join('/')
    return {
      form: { oid: form?.oid ?? null, repeatKey: form?.repeatKey ?? null },
      groupOid: last?.oid ?? null,
      groupRepeatKey: isPath ? path : (inner.at(-1)?.repeatKey ?? null),
    }
  }

  /** The outermost group that the metadata call a form; where they call none so, the outermost. */
  #isForm(oid: string | null): boolean {
    if (this.edition === 1 || this.#open.some(({ isForm }) => isForm)) return false
    return this.#forms.size === 0 ? this.#open.length === 0 : oid !== null && this.#forms.has(oid)
  }
}
