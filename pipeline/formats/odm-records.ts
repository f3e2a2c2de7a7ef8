/**
 * ODM elements to records: snapshots and transactional files, ODM 1.x and 2.0, typed and untyped items. Passes over
 * metadata, audit trails, queries, signatures and what else vendors add. Knows no files and no mapping.
 */
import { AecoderError } from '../../schemas/errors.ts'
import { OpenGroups } from './odm-groups.ts'
import { readVendorFacts } from './odm-vendors.ts'
import { MOST_COLUMNS } from './table-shape.ts'
import type { OdmRecord, OdmRoot, OdmStatement } from './types.ts'
import { type XmlElement, type XmlListener, XmlReader } from './xml.ts'

/** The element that makes one record: ItemGroupData, or FormData with all its item groups merged. */
export type OdmRecordKind = 'group' | 'form'

/** Of a record by its FormOID and its ItemGroupOID, which is null for whole forms. */
export type OdmRecordFilter = (formOid: string | null, groupOid: string | null) => boolean

export interface OdmRecordOptions {
  readonly record: OdmRecordKind
  readonly isWanted?: OdmRecordFilter
}

type Level =
  | 'ODM'
  | 'ClinicalData'
  | 'SubjectData'
  | 'StudyEventData'
  | 'FormData'
  | 'ItemGroupData'
  | 'ItemData'
  | 'Value'

/** ODM 1.3.2 §3.1.4.1: what is to be done with an element. */
type Transaction = 'Insert' | 'Update' | 'Upsert' | 'Remove' | 'Context'
const TRANSACTIONS: readonly string[] = ['Insert', 'Update', 'Upsert', 'Remove', 'Context'] satisfies Transaction[]

/**
 * Where each level of the clinical data may stand (ODM 1.3.2 §3.1.4), with two liberties taken by real exports: REDCap
 * leaves StudyEventData out, and CDISC Dataset-XML all between ClinicalData and ItemGroupData.
 */
const PARENTS: Readonly<Record<Level, readonly Level[]>> = {
  ODM: [],
  ClinicalData: ['ODM'],
  SubjectData: ['ClinicalData'],
  StudyEventData: ['SubjectData'],
  FormData: ['StudyEventData', 'SubjectData'],
  ItemGroupData: ['FormData', 'ClinicalData'],
  ItemData: ['ItemGroupData'],
  Value: [],
}

/** The same in ODM 2.0, where item groups stand in one another and forms are item groups. */
const PARENTS_2: Readonly<Record<Level, readonly Level[]>> = {
  ...PARENTS,
  FormData: [],
  ItemGroupData: ['ItemGroupData', 'StudyEventData', 'SubjectData', 'ClinicalData'],
  Value: ['ItemData'],
}

const ODM_NAMESPACE = /^http:\/\/www\.cdisc\.org\/ns\/odm\/v(?:1\.\d|2\.0)$/
const ODM_2_NAMESPACE = 'http://www.cdisc.org/ns/odm/v2.0'

/** Characters of one item's value. What is longer is no reported term, date or code. */
const LONGEST_VALUE = 1_048_576

/** Items of one record: as many as a table has columns. */
const MOST_ITEMS = MOST_COLUMNS

/** Characters of one record's items and their values. */
const LONGEST_RECORD = 16 * 1024 * 1024

/** What stands between several values of one item in ODM 2.0. */
const VALUES_JOINED_BY = '; '

const NO_ITEMS: ReadonlyMap<string, string | null> = new Map()

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Keys = Mutable<Omit<OdmRecord, 'says' | 'level' | 'line' | 'items'>>

interface OpenRecord {
  readonly keys: Keys
  readonly line: number
  readonly isWanted: boolean
  readonly items: Map<string, string | null>
  /** In transactional whole forms: the group that each item was named in. */
  readonly itemGroups: Map<string, string> | undefined
  /** Of its items and their values, also of those that later ones stand for. */
  characters: number
  isUpdate: boolean
}

/** An ItemData that is open and whose value its content gives. */
interface OpenItem {
  readonly oid: string
  readonly line: number
  readonly local: string
  text: string
  /** Of ODM 2.0: the values that have ended, and how many characters they come to when they are joined. */
  readonly values: string[] | undefined
  length: number
}

/** Takes a file's text piece by piece and gives back the records that have ended, in document order. */
export class OdmRecordReader implements XmlListener {
  readonly #file: string
  readonly #kind: OdmRecordKind
  readonly #isWanted: OdmRecordFilter
  readonly #xml: XmlReader
  #root: Omit<OdmRoot, 'encoding'> | undefined
  #rootNamespace = ''
  #isTransactional: boolean = false
  readonly #open: Level[] = []
  /** What is to be done with each open element, inherited where it does not say. */
  readonly #transactions: (Transaction | undefined)[] = []
  /** Depth inside an element that is passed over; 0 outside. */
  #passed = 0
  #keys: Keys = {
    studyOid: null,
    subjectKey: null,
    studySubjectId: null,
    siteOid: null,
    eventOid: null,
    eventRepeatKey: null,
    formOid: null,
    formRepeatKey: null,
    groupOid: null,
    groupRepeatKey: null,
  }
  #subjectLine = 0
  #isSubjectBegun: boolean = false
  readonly #groups = new OpenGroups<OpenRecord>()
  /** The record of a whole form. */
  #form: OpenRecord | undefined
  #item: OpenItem | undefined
  #ended: OdmRecord[] = []

  constructor(file: string, { record, isWanted = () => true }: OdmRecordOptions) {
    this.#file = file
    this.#kind = record
    this.#isWanted = isWanted
    this.#xml = new XmlReader(file, this)
  }

  /** Undefined until the root element was read. */
  get root(): Omit<OdmRoot, 'encoding'> | undefined {
    return this.#root
  }

  /** The records that end in this piece of text. @throws AecoderError XML_MALFORMED, ODM_UNSUPPORTED */
  push(text: string): OdmRecord[] {
    this.#xml.push(text)
    const ended = this.#ended
    this.#ended = []
    return ended
  }

  /** @throws AecoderError XML_MALFORMED when the document is not complete */
  end(): void {
    this.#xml.end()
  }

  openElement(element: XmlElement): void {
    const level = this.#passed > 0 ? undefined : this.#findLevel(element)
    if (level === undefined) {
      if (this.#passed === 0) this.#readSite(element)
      if (this.#groups.edition === 2 && element.local === 'ItemGroupDef')
        this.#groups.define(read(element, 'OID'), read(element, 'Type'))
      this.#passed++
      return
    }
    this.#checkPlace(level, element)
    const transaction = this.#findTransaction(level, element)
    if (transaction === 'Remove' && this.#remove(level, element)) {
      this.#passed++
      return
    }
    this.#open.push(level)
    this.#transactions.push(transaction)
    const keys = this.#keys
    switch (level) {
      case 'ODM':
        this.#openRoot(element)
        break
      case 'ClinicalData':
        keys.studyOid = read(element, 'StudyOID')
        break
      case 'SubjectData':
        this.#openSubject(element)
        break
      case 'StudyEventData':
        this.#openEvent(element)
        break
      case 'FormData':
        this.#openForm(element)
        if (this.#kind === 'form') this.#form = this.#openRecord(element.line)
        break
      case 'ItemGroupData':
        this.#openGroup(element)
        break
      case 'ItemData':
        this.#openItem(element, transaction)
        break
      case 'Value':
        this.#openValue()
        break
    }
  }

  closeElement(): void {
    if (this.#passed > 0) {
      this.#passed--
      return
    }
    const keys = this.#keys
    const level = this.#open.pop()
    const transaction = this.#transactions.pop()
    switch (level) {
      case undefined:
      case 'ODM':
        break
      case 'ClinicalData':
        keys.studyOid = null
        break
      case 'SubjectData':
        if (this.#isTransactional && !this.#isSubjectBegun) this.#tell('subject', { level: 'subject' })
        keys.subjectKey = keys.studySubjectId = keys.siteOid = null
        break
      case 'StudyEventData':
        keys.eventOid = keys.eventRepeatKey = null
        break
      case 'FormData':
        this.#closeRecord(this.#form, transaction)
        this.#form = undefined
        keys.formOid = keys.formRepeatKey = null
        break
      case 'ItemGroupData':
        this.#closeGroup(transaction)
        break
      case 'ItemData':
        this.#closeItem()
        break
      case 'Value':
        this.#closeValue()
        break
    }
  }

  text(text: string): void {
    if (this.#item === undefined || this.#passed > 0) return
    if (this.#item.text.length + text.length > LONGEST_VALUE) throw this.#tooLong(this.#item.oid, this.#item.line)
    this.#item.text += text
  }

  /** Undefined for what is passed over: other namespaces, and elements of ODM that hold no clinical data. */
  #findLevel({ local, namespace, line }: XmlElement): Level | undefined {
    if (this.#root === undefined) {
      const isOdm = local === 'ODM' && (namespace === '' || ODM_NAMESPACE.test(namespace))
      if (isOdm) return 'ODM'
      const found = namespace === '' ? `<${local}>` : `<${local}> of the namespace ${namespace}`
      if (local === 'ODM') throw this.#unsupported(line, `ODM of the namespace ${namespace}`, 'Export as ODM 1.3')
      throw new AecoderError('XML_MALFORMED', {
        where: `${this.#file}:${line}`,
        found: `the root element is ${found}`,
        expected: '<ODM>',
        action: 'Check that the file is an ODM export',
      })
    }
    if (!this.#isOdm(namespace)) return undefined
    // The names of this file are given back, not those that were read, which cost a look at each letter whenever they are compared.
    switch (local) {
      case 'ItemData':
        return 'ItemData'
      case 'ItemGroupData':
        return 'ItemGroupData'
      case 'FormData':
        return 'FormData'
      case 'StudyEventData':
        return 'StudyEventData'
      case 'SubjectData':
        return 'SubjectData'
      case 'ClinicalData':
        return 'ClinicalData'
      case 'ODM':
        return 'ODM'
      case 'Value':
        return this.#groups.edition === 2 && this.#open.at(-1) === 'ItemData' ? 'Value' : undefined
      default:
        // Typed: ItemDataString, ItemDataPartialDate, ItemDataAny …
        return local.startsWith('ItemData') ? 'ItemData' : undefined
    }
  }

  #isOdm(namespace: string): boolean {
    return namespace === this.#rootNamespace || ODM_NAMESPACE.test(namespace)
  }

  #checkPlace(level: Level, { local, line }: XmlElement): void {
    const parent = this.#open.at(-1)
    if (parent === undefined || (this.#groups.edition === 2 ? PARENTS_2 : PARENTS)[level].includes(parent)) return
    const action = local === 'FormData' ? 'ODM 2.0 has no forms of its own: export as ODM 1.3' : 'Export as ODM 1.3'
    throw this.#unsupported(line, `<${local}> directly inside <${parent}>`, action)
  }

  /**
   * What is to be done with an element: what it says itself, else what is to be done with the element around it. In a
   * snapshot `Context` means nothing: everything there is stated.
   */
  #findTransaction(level: Level, element: XmlElement): Transaction | undefined {
    if (level === 'ODM' || level === 'ClinicalData') return undefined
    if (level !== 'ItemData' && level !== 'Value' && element.prefixed.length > 0 && this.#readVendor(element).isRemoved)
      return 'Remove'
    const said = read(element, 'TransactionType')
    if (said === null) return this.#transactions.at(-1)
    if (!TRANSACTIONS.includes(said))
      throw this.#unsupported(
        element.line,
        `<${element.local} TransactionType="${said}">`,
        `It must be one of ${TRANSACTIONS.join(', ')}: have the export corrected`,
      )
    return said === 'Context' && !this.#isTransactional ? undefined : (said as Transaction)
  }

  #openRoot(element: XmlElement): void {
    const fileType = read(element, 'FileType')
    const odmVersion = read(element, 'ODMVersion')
    this.#rootNamespace = element.namespace
    const isEdition2 = element.namespace === '' ? odmVersion?.startsWith('2.') : element.namespace === ODM_2_NAMESPACE
    this.#groups.edition = isEdition2 ? 2 : 1
    this.#isTransactional = fileType?.trim().toLowerCase() === 'transactional'
    this.#root = {
      fileType,
      isTransactional: this.#isTransactional,
      odmVersion,
      fileOid: read(element, 'FileOID'),
      priorFileOid: read(element, 'PriorFileOID'),
      creationDateTime: read(element, 'CreationDateTime'),
      asOfDateTime: read(element, 'AsOfDateTime'),
    }
  }

  #openSubject(element: XmlElement): void {
    this.#keys.subjectKey = read(element, 'SubjectKey')
    this.#keys.studySubjectId = this.#readVendor(element).studySubjectId
    this.#subjectLine = element.line
    this.#isSubjectBegun = false
  }

  #openEvent(element: XmlElement): void {
    this.#keys.eventOid = read(element, 'StudyEventOID')
    this.#keys.eventRepeatKey = this.#readRepeatKey(element, 'StudyEventRepeatKey')
  }

  #openForm(element: XmlElement): void {
    this.#keys.formOid = read(element, 'FormOID')
    this.#keys.formRepeatKey = this.#readRepeatKey(element, 'FormRepeatKey')
  }

  #readRepeatKey(element: XmlElement, name: string): string | null {
    return read(element, name) ?? this.#readVendor(element).ordinals[name] ?? null
  }

  #readVendor(element: XmlElement) {
    return readVendorFacts(element, (name) => this.#xml.split(name))
  }

  #readSite(element: XmlElement): void {
    const { local, namespace } = element
    if (local !== 'SiteRef' || !this.#isOdm(namespace) || this.#open.at(-1) !== 'SubjectData') return
    if (this.#isSubjectBegun) {
      throw this.#unsupported(element.line, '<SiteRef> behind data of the subject', 'Have the export corrected')
    }
    this.#keys.siteOid = read(element, 'LocationOID')
  }

  /**
   * Takes the removal of an element with all below it.
   * @returns false for what is not removed as a whole: items, and the groups of a record that is a whole form
   */
  #remove(level: Level, element: XmlElement): boolean {
    const { line } = element
    switch (level) {
      case 'SubjectData':
        this.#openSubject(element)
        this.#tell('removal', { level: 'subject', line })
        this.#keys.subjectKey = this.#keys.studySubjectId = this.#keys.siteOid = null
        return true
      case 'StudyEventData':
        this.#openEvent(element)
        this.#tell('removal', { level: 'event', line })
        this.#keys.eventOid = this.#keys.eventRepeatKey = null
        return true
      case 'FormData':
        this.#openForm(element)
        this.#tell('removal', { level: 'form', line })
        this.#keys.formOid = this.#keys.formRepeatKey = null
        return true
      case 'ItemGroupData':
        return this.#removeGroup(element)
      default:
        return false
    }
  }

  #removeGroup(element: XmlElement): boolean {
    const { line, local } = element
    const outer = { ...this.#keys }
    const { isForm } = this.#groups.push(this.#readGroup(element))
    if (this.#kind === 'form' && !isForm)
      throw this.#unsupported(
        line,
        `the removal of one <${local}> of a form: which of the form's items it holds is not known`,
        'Set "record": "group" on the source',
      )
    this.#placeGroup()
    this.#tell('removal', { level: isForm ? 'form' : 'group', line })
    this.#groups.pop()
    this.#keys = outer
    return true
  }

  #tell(says: 'removal' | 'subject', { level, line }: { level: OdmRecord['level']; line?: number }): void {
    this.#isSubjectBegun = true
    this.#ended.push({ says, level, line: line ?? this.#subjectLine, ...this.#keys, items: NO_ITEMS })
  }

  #readGroup(element: XmlElement) {
    return { oid: read(element, 'ItemGroupOID'), repeatKey: this.#readRepeatKey(element, 'ItemGroupRepeatKey') }
  }

  #openGroup(element: XmlElement): void {
    const group = this.#groups.push(this.#readGroup(element))
    this.#placeGroup()
    if (this.#kind === 'group') group.record = this.#openRecord(element.line)
    else if (group.isForm) this.#form = this.#openRecord(element.line)
  }

  #closeGroup(transaction: Transaction | undefined): void {
    const group = this.#groups.pop()
    if (group?.hasItems || !group?.hasGroups) this.#closeRecord(group?.record, transaction)
    if (group?.isForm) {
      this.#closeRecord(this.#form, transaction)
      this.#form = undefined
    }
    this.#placeGroup()
  }

  /** The keys that the open groups make. */
  #placeGroup(): void {
    const keys = this.#keys
    const { form, groupOid, groupRepeatKey } = this.#groups.toKeys()
    if (form !== undefined) {
      keys.formOid = form.oid
      keys.formRepeatKey = form.repeatKey
    }
    keys.groupOid = this.#kind === 'group' ? groupOid : null
    keys.groupRepeatKey = this.#kind === 'group' ? groupRepeatKey : null
  }

  #openRecord(line: number): OpenRecord {
    this.#isSubjectBegun = true
    const keys = { ...this.#keys }
    return {
      keys,
      line,
      isWanted: this.#isWanted(keys.formOid, keys.groupOid),
      items: new Map<string, string | null>(),
      itemGroups: this.#isTransactional && this.#kind === 'form' ? new Map<string, string>() : undefined,
      characters: 0,
      isUpdate: false,
    }
  }

  #closeRecord(record: OpenRecord | undefined, transaction: Transaction | undefined): void {
    if (record === undefined) return
    const { keys, line, items } = record
    const isUpdate = record.isUpdate || transaction === 'Update'
    const says: OdmStatement = this.#isTransactional ? (isUpdate ? 'update' : 'change') : 'whole'
    this.#ended.push({ says, level: this.#kind, line, ...keys, items })
  }

  #openItem(element: XmlElement, transaction: Transaction | undefined): void {
    const { line, local } = element
    const group = this.#groups.last
    if (group !== undefined) group.hasItems = true
    if ((group?.record ?? this.#form)?.isWanted === false) return
    const oid = read(element, 'ItemOID')
    if (oid === null) throw this.#unsupported(line, `<${local}> without ItemOID`, 'Have the export corrected')
    // Context only locates; an item that is removed holds nothing any more.
    if (transaction === 'Context') return
    const isUpdate = transaction === 'Update'
    if (transaction === 'Remove' || read(element, 'IsNull')?.toLowerCase() === 'yes') {
      this.#setItem({ oid, value: null, line, isUpdate })
    } else if (local === 'ItemData' && this.#groups.edition === 1) {
      const value = read(element, 'Value')
      if (value !== null && value.length > LONGEST_VALUE) throw this.#tooLong(oid, line)
      if (value !== null || !this.#isTransactional) this.#setItem({ oid, value, line, isUpdate })
    } else if (/^ItemData(?:Base64|Hex)/.test(local)) {
      // Pictures and files: not text that anybody reads.
      if (!this.#isTransactional) this.#setItem({ oid, value: null, line, isUpdate })
    } else {
      this.#item = { oid, line, local, text: '', values: local === 'ItemData' ? [] : undefined, length: 0 }
      if (this.#item.values === undefined) this.#xml.listenToText('yes')
    }
  }

  #closeItem(): void {
    if (this.#item === undefined) return
    const { oid, line, text, values } = this.#item
    this.#item = undefined
    if (values === undefined) this.#xml.listenToText('no')
    // Without any <Value> an item of ODM 2.0 is empty (ODM 2.0 §3.3); of a change it says nothing.
    const value = values === undefined ? text : values.length === 0 ? null : values.join(VALUES_JOINED_BY)
    if (value !== null || !this.#isTransactional) this.#setItem({ oid, value, line, isUpdate: false })
  }

  #openValue(): void {
    if (this.#item === undefined) return
    this.#item.text = ''
    this.#xml.listenToText('yes')
  }

  #closeValue(): void {
    if (this.#item === undefined) return
    const { oid, line, text, values } = this.#item
    this.#item.length += text.length + VALUES_JOINED_BY.length
    // Empty ones come to something as well.
    if (this.#item.length > LONGEST_VALUE) throw this.#tooLong(oid, line)
    values?.push(text)
    this.#xml.listenToText('no')
  }

  /**
   * An item that stands twice in one record of a snapshot counts once if the values agree or one of them is null. Two
   * values would make it a matter of order which one is coded: the file is refused, because for form records it means
   * that the form holds repeating groups, and for group records that it is no snapshot. In a transactional file the
   * later one is the news, but of another group of the form.
   */
  #setItem({ oid, value, line, isUpdate }: { oid: string; value: string | null; line: number; isUpdate: boolean }) {
    const group = this.#groups.last
    const record = group?.record ?? this.#form
    if (record === undefined) {
      throw this.#unsupported(line, 'an item outside a form', 'Set "record": "group" on the source')
    }
    if (isUpdate) record.isUpdate = true
    const { items } = record
    record.characters += oid.length + (value?.length ?? 0)
    if (items.size >= MOST_ITEMS || record.characters > LONGEST_RECORD) throw this.#tooLarge(record, line)
    const earlier = items.get(oid)
    if (earlier === undefined || earlier === null || value === earlier) {
      items.set(oid, value)
    } else if (this.#isTransactional && this.#isSameGroup(record, oid)) {
      items.set(oid, value)
    } else if (value !== null) {
      throw this.#unsupported(
        line,
        `item ${oid} has two values in the ${this.#kind} that begins on line ${record.line}`,
        this.#kind === 'form' ? 'The form repeats a group: set "record": "group" on the source' : 'Export a snapshot',
      )
    }
    record.itemGroups?.set(oid, toGroupName(group))
  }

  #isSameGroup(record: OpenRecord, oid: string): boolean {
    return record.itemGroups === undefined || record.itemGroups.get(oid) === toGroupName(this.#groups.last)
  }

  #tooLong(oid: string, line: number): AecoderError {
    const found = `item ${oid} has a value of more than ${LONGEST_VALUE} characters`
    return this.#unsupported(line, found, 'Leave the item out of the export')
  }

  #tooLarge({ line: begun, items, characters }: OpenRecord, line: number): AecoderError {
    const found = `the ${this.#kind} that begins on line ${begun} has more than ${items.size} items and ${characters} characters`
    return this.#unsupported(line, found, 'Leave items out of the export, or have the form exported in parts')
  }

  #unsupported(line: number, found: string, action: string): AecoderError {
    return new AecoderError('ODM_UNSUPPORTED', {
      where: `${this.#file}:${line}`,
      found,
      expected: 'the clinical data of ODM 1.2, 1.3 or 2.0',
      action,
    })
  }
}

function toGroupName(group: { readonly oid: string | null; readonly repeatKey: string | null } | undefined): string {
  return JSON.stringify([group?.oid, group?.repeatKey])
}

/** An attribute without prefix, null when it is absent. */
function read({ attributes }: XmlElement, name: string): string | null {
  return attributes[name] ?? null
}
