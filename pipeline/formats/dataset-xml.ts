/**
 * CDISC Dataset-XML 1.0: ODM whose item groups stand right below ClinicalData or ReferenceData, each a row. Knows how
 * columns are found: the file has no list of them, and a row leaves out what is missing.
 */
import type { SourceFile } from '../../schemas/files.ts'
import { type ReadTextOptions, readText } from './decode.ts'
import { LONGEST_ROW, MOST_COLUMNS, RowBatch, toDamaged, toHeader } from './table-shape.ts'
import type { Table, TableRow } from './types.ts'
import { type XmlElement, type XmlListener, XmlReader } from './xml.ts'

export type OpenDatasetXmlOptions = Pick<ReadTextOptions, 'encoding' | 'onBytes'>

/**
 * Opens a Dataset-XML file: reads it once for its columns, in the order in which they first occur, then gives the rows
 * as they are asked for. `rows` must be consumed, be it only for one batch: ending its loop closes the file. A column is
 * called by the last part of its ItemOID (`IT.AE.AETERM`: AETERM), by the whole one where that part is not unique.
 * @throws AecoderError ENCODING, XML_MALFORMED; FORMAT_DAMAGED with the line for what is no Dataset-XML, or holds
 * several datasets
 */
export async function openDatasetXml(file: SourceFile, options: OpenDatasetXmlOptions): Promise<Table> {
  const encoding = options.encoding === undefined ? {} : { encoding: options.encoding }
  const first = await readText(file, { ...encoding, declaration: 'xml' })
  const columns = new Map<string, number>()
  const finder = new GroupReader(file.name, columns)
  for await (const block of first.text) finder.push(block)
  finder.end()
  const header = toHeader(file.name, toNames([...columns.keys()]))
  const batch = new RowBatch(file.name)
  const { encoding: name, text } = await readText(file, { ...batch.watching(options), declaration: 'xml' })
  const reader = new GroupReader(file.name, columns, batch)
  return { encoding: name, delimiter: ',', asOf: finder.asOf, header, rows: readRows(text, reader, batch) }
}

async function* readRows(
  blocks: AsyncGenerator<string, void, undefined>,
  reader: GroupReader,
  batch: RowBatch,
): AsyncGenerator<readonly TableRow[], void, undefined> {
  try {
    for await (const block of blocks) {
      reader.push(block)
      if (batch.isFull()) yield batch.take()
    }
    reader.end()
    yield batch.take()
  } finally {
    await blocks.return()
  }
}

/** The last parts of the OIDs, where they tell them apart. */
function toNames(oids: readonly string[]): string[] {
  const lasts = oids.map((oid) => oid.slice(oid.lastIndexOf('.') + 1).trim())
  const counts = new Map<string, number>()
  for (const last of lasts) counts.set(last, (counts.get(last) ?? 0) + 1)
  return oids.map((oid, index) => {
    const last = lasts[index] ?? ''
    return last !== '' && counts.get(last) === 1 ? last : oid
  })
}

const PARENTS: { readonly [local: string]: readonly string[] } = {
  ClinicalData: ['ODM'],
  ReferenceData: ['ODM'],
  ItemGroupData: ['ClinicalData', 'ReferenceData'],
  ItemData: ['ItemGroupData'],
}

/** Takes the elements of a file: in a first pass it finds the columns, in a second one, with a batch, it makes rows. */
class GroupReader implements XmlListener {
  readonly #file: string
  readonly #columns: Map<string, number>
  readonly #batch: RowBatch | undefined
  readonly #xml: XmlReader
  readonly #open: string[] = []
  #passed = 0
  #group: string | undefined
  #row: { readonly line: number; readonly values: Map<number, string>; characters: number } | undefined
  /** A typed item whose text is being read. */
  #item: { readonly oid: string; readonly line: number; text: string } | undefined
  asOf: string | null = null

  constructor(file: string, columns: Map<string, number>, batch?: RowBatch) {
    this.#file = file
    this.#columns = columns
    this.#batch = batch
    this.#xml = new XmlReader(file, this)
  }

  /** @throws AecoderError XML_MALFORMED, FORMAT_DAMAGED */
  push(text: string): void {
    this.#xml.push(text)
  }

  /** @throws AecoderError XML_MALFORMED when the document is not complete */
  end(): void {
    this.#xml.end()
  }

  openElement(element: XmlElement): void {
    const { local, line } = element
    const parent = this.#open.at(-1)
    const level = local.startsWith('ItemData') ? 'ItemData' : local
    const isKnown = this.#passed === 0 && (parent === undefined || PARENTS[level]?.includes(parent) === true)
    if (!isKnown) {
      if (this.#passed === 0 && (local === 'SubjectData' || level === 'ItemGroupData')) {
        throw this.#foreign(line, `<${local}> inside <${parent}>`)
      }
      this.#passed++
      return
    }
    this.#open.push(level)
    if (parent === undefined) {
      if (local !== 'ODM') throw this.#foreign(line, `the root element <${local}>`)
      this.asOf = read(element, 'AsOfDateTime') ?? read(element, 'CreationDateTime')
    } else if (level === 'ItemGroupData') this.#openRow(element)
    else if (level === 'ItemData') this.#openItem(element)
  }

  closeElement(): void {
    if (this.#passed > 0) {
      this.#passed--
      return
    }
    const level = this.#open.pop()
    if (level === 'ItemData' && this.#item !== undefined) {
      const { oid, text, line } = this.#item
      this.#item = undefined
      this.#xml.listenToText('no')
      this.#set(oid, text, line)
    }
    if (level === 'ItemGroupData') this.#closeRow()
  }

  text(text: string): void {
    if (this.#item === undefined || this.#passed > 0) return
    if (this.#item.text.length + text.length > LONGEST_ROW) throw this.#tooLong(this.#item.line)
    this.#item.text += text
  }

  #openRow(element: XmlElement): void {
    const oid = read(element, 'ItemGroupOID') ?? ''
    this.#group ??= oid
    if (oid !== this.#group) {
      throw toDamaged(
        { file: this.#file, at: `line ${element.line}` },
        {
          found: `rows of ${oid} behind rows of ${this.#group}`,
          expected: 'one dataset',
          action: 'Have each dataset written as a file of its own',
        },
      )
    }
    this.#row = { line: element.line, values: new Map(), characters: 0 }
  }

  #openItem(element: XmlElement): void {
    const oid = read(element, 'ItemOID')
    if (oid === null) throw this.#foreign(element.line, `<${element.local}> without ItemOID`)
    if (read(element, 'IsNull')?.toLowerCase() === 'yes') this.#set(oid, '', element.line)
    else if (element.local === 'ItemData') this.#set(oid, read(element, 'Value') ?? '', element.line)
    else {
      this.#item = { oid, line: element.line, text: '' }
      this.#xml.listenToText('yes')
    }
  }

  #set(oid: string, value: string, line: number): void {
    let column = this.#columns.get(oid)
    if (column === undefined) {
      if (this.#batch !== undefined || this.#columns.size === MOST_COLUMNS) {
        const found =
          this.#batch === undefined ? `more than ${MOST_COLUMNS} ItemOIDs` : `${oid}, which was not there a moment ago`
        throw toDamaged({ file: this.#file, at: `line ${line}` }, { found })
      }
      column = this.#columns.size
      this.#columns.set(oid, column)
    }
    if (this.#row === undefined) return
    this.#row.characters += value.length
    if (this.#row.characters > LONGEST_ROW) throw this.#tooLong(this.#row.line)
    const earlier = this.#row.values.get(column)
    if (earlier !== undefined && earlier !== value) {
      throw toDamaged(
        { file: this.#file, at: `line ${line}` },
        { found: `${oid} has two values in one row`, expected: 'one' },
      )
    }
    this.#row.values.set(column, value)
  }

  #closeRow(): void {
    const row = this.#row
    this.#row = undefined
    if (row === undefined || this.#batch === undefined) return
    const fields = Array.from(this.#columns, () => '')
    for (const [column, value] of row.values) fields[column] = value
    this.#batch.add({ line: row.line, fields })
  }

  #tooLong(line: number): Error {
    return toDamaged(
      { file: this.#file, at: `line ${line}` },
      { found: `a row of more than ${LONGEST_ROW} characters`, expected: `at most ${LONGEST_ROW}` },
    )
  }

  #foreign(line: number, found: string): Error {
    return toDamaged(
      { file: this.#file, at: `line ${line}` },
      { found, expected: 'Dataset-XML 1.0: <ODM>, <ClinicalData> or <ReferenceData>, <ItemGroupData>, <ItemData>' },
    )
  }
}

/** An attribute without prefix, null when it is absent. */
function read({ attributes }: XmlElement, name: string): string | null {
  return attributes[name] ?? null
}
