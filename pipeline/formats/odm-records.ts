/**
 * ODM elements to records. Knows the clinical data of ODM 1.x snapshots, typed and untyped; passes over metadata, audit
 * trails, signatures and everything vendors add. Knows no files and no mapping.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { OdmRecord, OdmRoot } from './types.ts'
import { type XmlElement, type XmlListener, XmlReader } from './xml.ts'

/** The element that makes one record: ItemGroupData, or FormData with all its item groups merged. */
export type OdmRecordKind = 'group' | 'form'

type Level = 'ODM' | 'ClinicalData' | 'SubjectData' | 'StudyEventData' | 'FormData' | 'ItemGroupData' | 'ItemData'

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
}

const ODM_NAMESPACE = /^http:\/\/www\.cdisc\.org\/ns\/odm\/v1\.\d$/

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Keys = Mutable<Omit<OdmRecord, 'line' | 'items'>>
type OpenRecord = { readonly record: OdmRecord; readonly items: Map<string, string | null> }

/** Takes a file's text piece by piece and gives back the records that have ended, in document order. */
export class OdmRecordReader implements XmlListener {
  readonly #file: string
  readonly #kind: OdmRecordKind
  readonly #xml: XmlReader
  #root: Omit<OdmRoot, 'encoding'> | undefined
  #rootNamespace = ''
  readonly #open: Level[] = []
  /** Depth inside an element that is passed over; 0 outside. */
  #passed = 0
  readonly #keys: Keys = {
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
  #isSubjectBegun: boolean = false
  #record: OpenRecord | undefined
  /** The typed item whose text is being read. */
  #item: { readonly oid: string; readonly line: number; text: string } | undefined
  #ended: OdmRecord[] = []

  constructor(file: string, kind: OdmRecordKind) {
    this.#file = file
    this.#kind = kind
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
      this.#passed++
      return
    }
    this.#checkPlace(level, element)
    this.#checkTransaction(element)
    this.#open.push(level)
    switch (level) {
      case 'ODM':
        this.#openRoot(element)
        break
      case 'ClinicalData':
        this.#keys.studyOid = read(element, 'StudyOID')
        break
      case 'SubjectData':
        this.#keys.subjectKey = read(element, 'SubjectKey')
        this.#keys.studySubjectId = readStudySubjectId(element)
        this.#isSubjectBegun = false
        break
      case 'StudyEventData':
        this.#keys.eventOid = read(element, 'StudyEventOID')
        this.#keys.eventRepeatKey = read(element, 'StudyEventRepeatKey')
        break
      case 'FormData':
        this.#keys.formOid = read(element, 'FormOID')
        this.#keys.formRepeatKey = read(element, 'FormRepeatKey')
        if (this.#kind === 'form') this.#openRecord(element.line)
        break
      case 'ItemGroupData':
        if (this.#kind === 'group') {
          this.#keys.groupOid = read(element, 'ItemGroupOID')
          this.#keys.groupRepeatKey = read(element, 'ItemGroupRepeatKey')
          this.#openRecord(element.line)
        }
        break
      case 'ItemData':
        this.#openItem(element)
        break
    }
  }

  closeElement(): void {
    if (this.#passed > 0) {
      this.#passed--
      return
    }
    const keys = this.#keys
    switch (this.#open.pop()) {
      case undefined:
      case 'ODM':
        break
      case 'ClinicalData':
        keys.studyOid = null
        break
      case 'SubjectData':
        keys.subjectKey = keys.studySubjectId = keys.siteOid = null
        break
      case 'StudyEventData':
        keys.eventOid = keys.eventRepeatKey = null
        break
      case 'FormData':
        if (this.#kind === 'form') this.#closeRecord()
        keys.formOid = keys.formRepeatKey = null
        break
      case 'ItemGroupData':
        if (this.#kind === 'group') this.#closeRecord()
        keys.groupOid = keys.groupRepeatKey = null
        break
      case 'ItemData':
        this.#closeItem()
        break
    }
  }

  text(text: string): void {
    if (this.#item !== undefined && this.#passed === 0) this.#item.text += text
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
    switch (local) {
      case 'ODM':
      case 'ClinicalData':
      case 'SubjectData':
      case 'StudyEventData':
      case 'FormData':
      case 'ItemGroupData':
        return local
      default:
        // ItemData, or typed: ItemDataString, ItemDataPartialDate, ItemDataAny …
        return local.startsWith('ItemData') ? 'ItemData' : undefined
    }
  }

  #isOdm(namespace: string): boolean {
    return namespace === this.#rootNamespace || ODM_NAMESPACE.test(namespace)
  }

  #checkPlace(level: Level, { local, line }: XmlElement): void {
    const parent = this.#open.at(-1)
    if (parent === undefined || PARENTS[level].includes(parent)) return
    throw this.#unsupported(line, `<${local}> directly inside <${parent}>`, 'Export as ODM 1.3')
  }

  #checkTransaction(element: XmlElement): void {
    const type = read(element, 'TransactionType')
    if (type === null || type === 'Insert') return
    throw this.#unsupported(
      element.line,
      `<${element.local} TransactionType="${type}">`,
      'Only snapshots can be read for now: export a snapshot of all data (FileType="Snapshot") instead of changes',
    )
  }

  #openRoot(element: XmlElement): void {
    const fileType = read(element, 'FileType')
    if (fileType?.trim().toLowerCase() === 'transactional') {
      throw this.#unsupported(
        element.line,
        'a transactional ODM file',
        'Only snapshots can be read for now: export a snapshot of all data (FileType="Snapshot") instead of changes',
      )
    }
    this.#rootNamespace = element.namespace
    this.#root = {
      fileType,
      odmVersion: read(element, 'ODMVersion'),
      fileOid: read(element, 'FileOID'),
      creationDateTime: read(element, 'CreationDateTime'),
      asOfDateTime: read(element, 'AsOfDateTime'),
    }
  }

  #readSite(element: XmlElement): void {
    const { local, namespace } = element
    if (local !== 'SiteRef' || !this.#isOdm(namespace) || this.#open.at(-1) !== 'SubjectData') return
    if (this.#isSubjectBegun) {
      throw this.#unsupported(element.line, '<SiteRef> behind data of the subject', 'Have the export corrected')
    }
    this.#keys.siteOid = read(element, 'LocationOID')
  }

  #openRecord(line: number): void {
    this.#isSubjectBegun = true
    const items = new Map<string, string | null>()
    this.#record = { record: { line, ...this.#keys, items }, items }
  }

  #closeRecord(): void {
    if (this.#record !== undefined) this.#ended.push(this.#record.record)
    this.#record = undefined
  }

  #openItem(element: XmlElement): void {
    const { line, local } = element
    const oid = read(element, 'ItemOID')
    if (oid === null) throw this.#unsupported(line, `<${local}> without ItemOID`, 'Have the export corrected')
    if (read(element, 'IsNull')?.toLowerCase() === 'yes') {
      this.#setItem({ oid, value: null, line })
    } else if (local === 'ItemData') {
      this.#setItem({ oid, value: read(element, 'Value'), line })
    } else {
      this.#item = { oid, line, text: '' }
      this.#xml.listenToText('yes')
    }
  }

  #closeItem(): void {
    if (this.#item === undefined) return
    const { oid, line, text } = this.#item
    this.#setItem({ oid, value: text, line })
    this.#item = undefined
    this.#xml.listenToText('no')
  }

  /**
   * An item that stands twice in one record counts once if the values agree or one of them is null. Two values would
   * make it a matter of order which one is coded: the file is refused, because for form records it means that the form
   * holds repeating groups, and for group records that it is no snapshot.
   */
  #setItem({ oid, value, line }: { oid: string; value: string | null; line: number }): void {
    if (this.#record === undefined) {
      throw this.#unsupported(line, 'an item outside a form', 'Set "record": "group" on the source')
    }
    const { items, record } = this.#record
    const earlier = items.get(oid)
    if (earlier === undefined || earlier === null) {
      items.set(oid, value)
    } else if (value !== null && value !== earlier) {
      throw this.#unsupported(
        line,
        `item ${oid} has two values in the ${this.#kind} that begins on line ${record.line}`,
        this.#kind === 'form' ? 'The form repeats a group: set "record": "group" on the source' : 'Export a snapshot',
      )
    }
  }

  #unsupported(line: number, found: string, action: string): AecoderError {
    return new AecoderError('ODM_UNSUPPORTED', {
      where: `${this.#file}:${line}`,
      found,
      expected: 'the clinical data of an ODM 1.2 or 1.3 snapshot',
      action,
    })
  }
}

/** An attribute without prefix, null when it is absent. */
function read({ attributes }: XmlElement, name: string): string | null {
  return attributes[name]?.value ?? null
}

/** OpenClinica:StudySubjectID or Rave's mdsol:SubjectName, whatever the prefix. */
function readStudySubjectId({ attributes }: XmlElement): string | null {
  for (const { local, uri, value } of Object.values(attributes)) {
    if (local === 'StudySubjectID' && uri !== '') return value
    if (local === 'SubjectName' && uri.startsWith('http://www.mdsol.com/')) return value
  }
  return null
}
