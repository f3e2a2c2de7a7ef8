/**
 * What an ODM file says of itself before its data: root, namespaces, definitions of forms, groups and items, and what a
 * vendor adds to the first records. Knows no mapping; believes nothing it reads: labels may lie.
 */
import type { SourceFile } from '../../schemas/files.ts'
import { readText } from './decode.ts'
import { type XmlElement, type XmlListener, XmlReader } from './xml.ts'

/** A FormDef or ItemGroupDef. */
export interface OdmDefinition {
  readonly name: string
  /** What it refers to: item groups of a form, items of a group. */
  readonly refs: readonly string[]
}

export interface OdmItemDefinition {
  /** ItemDef@Name, @SASFieldName, @SDSVarName, the names of its aliases: what it may be called, the best first. */
  readonly names: readonly string[]
  readonly question: string
  readonly codeList: string | null
}

export interface OdmFacts {
  /** Attributes of the root by their local names. */
  readonly root: { readonly [name: string]: string }
  readonly namespaces: readonly string[]
  /** Attributes and elements of vendors: `namespace local`. */
  readonly vendor: ReadonlySet<string>
  /** Study@OID and ClinicalData@StudyOID, each once. */
  readonly studies: readonly string[]
  readonly studyName: string
  readonly protocolName: string
  readonly forms: ReadonlyMap<string, OdmDefinition>
  readonly groups: ReadonlyMap<string, OdmDefinition>
  readonly items: ReadonlyMap<string, OdmItemDefinition>
  /** CodedValue → text, by CodeList@OID. */
  readonly codeLists: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly hasTypedItems: boolean
}

/** Elements of the clinical data that are looked at: vendors mark every record or none. */
const MOST_ELEMENTS = 20_000

/**
 * Reads the definitions, and the first records as far as vendors mark them.
 * @throws AecoderError ENCODING, XML_MALFORMED, for what is wrong as far as it is read
 */
export async function readOdmFacts(file: SourceFile, options: { readonly encoding?: string } = {}): Promise<OdmFacts> {
  const { text } = await readText(file, { ...options, declaration: 'xml' })
  const collector = new FactCollector()
  const xml = new XmlReader(file.name, collector)
  xml.listenToText('yes')
  try {
    for await (const piece of text) {
      xml.push(piece)
      if (collector.clinicalElements > MOST_ELEMENTS) break
    }
  } finally {
    await text.return()
  }
  return collector.facts
}

type MutableItem = { names: string[]; question: string; codeList: string | null }

class FactCollector implements XmlListener {
  readonly root: { [name: string]: string } = {}
  readonly #namespaces = new Map<string, string>()
  readonly #vendor = new Set<string>()
  readonly #studies = new Set<string>()
  #studyName = ''
  #protocolName = ''
  readonly #forms = new Map<string, { name: string; refs: string[] }>()
  readonly #groups = new Map<string, { name: string; refs: string[] }>()
  readonly #items = new Map<string, MutableItem>()
  readonly #codeLists = new Map<string, Map<string, string>>()
  #hasTypedItems = false
  clinicalElements = 0
  #isClinical = false
  readonly #open: string[] = []
  #form: { refs: string[] } | undefined
  /** ODM 2.0 has groups in groups. */
  readonly #openGroups: { refs: string[] }[] = []
  #item: MutableItem | undefined
  #codes: Map<string, string> | undefined
  #code: string | undefined
  #text = ''

  get facts(): OdmFacts {
    return {
      root: this.root,
      namespaces: [...new Set(this.#namespaces.values())],
      vendor: this.#vendor,
      studies: [...this.#studies],
      studyName: this.#studyName,
      protocolName: this.#protocolName,
      forms: this.#forms,
      groups: this.#groups,
      items: this.#items,
      codeLists: this.#codeLists,
      hasTypedItems: this.#hasTypedItems,
    }
  }

  openElement(element: XmlElement): void {
    const attributes = toTexts(element)
    const { local } = element
    this.#open.push(local)
    this.#text = ''
    this.#noteVendor(element, attributes)
    if (this.#open.length === 1) for (const [name, value] of attributes) this.root[toLocal(name)] ??= value
    if (local === 'ClinicalData') this.#isClinical = true
    if (this.#isClinical) this.#readClinical(local, attributes)
    else this.#readDefinition(local, attributes)
  }

  closeElement(): void {
    const local = this.#open.pop() ?? ''
    const text = this.#text.trim().replace(/\s+/g, ' ')
    this.#text = ''
    if (this.#isClinical) return
    if (local === 'TranslatedText') {
      if (this.#code !== undefined && this.#open.at(-1) === 'Decode') this.#codes?.set(this.#code, text)
      else if (this.#item && this.#open.at(-1) === 'Question') this.#item.question ||= text
    } else if (local === 'StudyName') this.#studyName ||= text
    else if (local === 'ProtocolName') this.#protocolName ||= text
    else if (local === 'FormDef') this.#form = undefined
    else if (local === 'ItemGroupDef') this.#openGroups.pop()
    else if (local === 'ItemDef') this.#item = undefined
    else if (local === 'CodeList') this.#codes = undefined
    else if (local === 'CodeListItem') this.#code = undefined
  }

  text(text: string): void {
    if (!this.#isClinical && this.#text.length < 10_000) this.#text += text
  }

  #noteVendor({ local, namespace }: XmlElement, attributes: ReadonlyMap<string, string>): void {
    for (const [name, value] of attributes) {
      if (name === 'xmlns') this.#namespaces.set('', value)
      else if (name.startsWith('xmlns:')) this.#namespaces.set(name.slice(6), value)
    }
    if (this.#vendor.size > 1000) return
    for (const name of attributes.keys()) {
      const [prefix = '', rest] = name.split(':')
      if (rest === undefined || /^(?:xmlns|xsi|xml)$/.test(prefix)) continue
      this.#vendor.add(`${this.#namespaces.get(prefix) ?? ''} ${rest}`)
    }
    if (!namespace.includes('cdisc.org') && namespace !== '') this.#vendor.add(`${namespace} ${local}`)
  }

  #readClinical(local: string, attributes: ReadonlyMap<string, string>): void {
    this.clinicalElements++
    if (local === 'ClinicalData') this.#addStudy(attributes.get('StudyOID'))
    if (/^ItemData.+/.test(local)) this.#hasTypedItems = true
  }

  #addStudy(oid: string | undefined): void {
    if (oid !== undefined && this.#studies.size < 100) this.#studies.add(oid)
  }

  #readDefinition(local: string, attributes: ReadonlyMap<string, string>): void {
    const read = (name: string) => attributes.get(name) ?? ''
    const oid = read('OID')
    switch (local) {
      case 'Study':
        this.#addStudy(oid)
        this.#studyName ||= read('StudyName') // ODM 2.0
        this.#protocolName ||= read('ProtocolName')
        break
      case 'FormDef': {
        const form = { name: read('Name'), refs: [] as string[] }
        this.#forms.set(oid, form)
        this.#form = form
        break
      }
      case 'ItemGroupDef': {
        const group = { name: read('Name'), refs: [] as string[] }
        this.#groups.set(oid, group)
        if (read('Type') === 'Form') this.#forms.set(oid, group)
        this.#openGroups.push(group)
        break
      }
      case 'ItemGroupRef':
        ;(this.#form ?? this.#openGroups.at(-1))?.refs.push(read('ItemGroupOID'))
        break
      case 'ItemRef':
        this.#openGroups.at(-1)?.refs.push(read('ItemOID'))
        break
      case 'ItemDef':
        this.#item = {
          names: ['Name', 'SASFieldName', 'SDSVarName'].map(read).filter((name) => name !== ''),
          question: '',
          codeList: null,
        }
        this.#items.set(oid, this.#item)
        break
      case 'Alias':
        // An annotation may say more than a name: "AETERM in AE".
        if (this.#item && this.#open.at(-2) === 'ItemDef') this.#item.names.push(read('Name').split(/[\s=]/)[0] ?? '')
        break
      case 'CodeListRef':
        if (this.#item) this.#item.codeList = read('CodeListOID')
        break
      case 'CodeList':
        this.#codes = new Map()
        this.#codeLists.set(oid, this.#codes)
        break
      case 'CodeListItem':
        this.#code = read('CodedValue')
        break
    }
  }
}

function toTexts({ attributes }: XmlElement): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(attributes).map(([name, attribute]: [string, unknown]) => [
      name,
      typeof attribute === 'string' ? attribute : (attribute as { readonly value: string }).value,
    ]),
  )
}

function toLocal(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
