/**
 * The source files of OpenAE: an outline in plain text, one body system per file.
 * Knows the grammar of a line and the shape of an outline; knows nothing of other files, versions or the built layout.
 */
import { AecoderError } from '../../schemas/errors.ts'

/** The steps of the outline, two spaces each. */
const DEPTHS = ['system', 'group', 'subgroup', 'concept', 'term'] as const
type Depth = (typeof DEPTHS)[number]

const NON_CURRENT = 'non-current'
/** Lines of the form `key: value` that say something about the line above; they carry no code of their own. */
const NOTES = ['abbreviation', 'also in', 'sex'] as const
type Note = (typeof NOTES)[number]

/** MedDRA's layout gives a name 100 characters and an abbreviation 5; readers of that layout rely on it. */
const LONGEST_NAME = 100
const LONGEST_ABBREVIATION = 5
/** Names are filled up to this width, so that the codes stand in one column down the page. */
const NAME_WIDTH = 69

export interface Place {
  /** File name without its folder. */
  readonly file: string
  /** 1-based. */
  readonly line: number
}

interface Entry {
  readonly place: Place
  readonly code: string
  readonly name: string
}
export interface Term extends Entry {
  /** Undefined for a current term; else the text of the current term that we propose instead. */
  readonly replacement: string | undefined
}
export interface Reference {
  readonly place: Place
  /** Name of a subgroup, in any file. */
  readonly subgroup: string
}
export type Sex = 'F' | 'M'
export interface Concept extends Entry {
  sex: Sex | undefined
  readonly alsoIn: Reference[]
  readonly terms: Term[]
}
export interface Subgroup extends Entry {
  readonly concepts: Concept[]
}
export interface Group extends Entry {
  readonly subgroups: Subgroup[]
}
export interface System extends Entry {
  abbreviation: string
  readonly groups: Group[]
}

/** Where faults are collected, so that a person who corrects a file sees all of them at once. */
export type Faults = AecoderError[]

export function addFault(faults: Faults, place: Place, problem: { found: string; expected?: string; action?: string }) {
  faults.push(new AecoderError('DICTIONARY_DAMAGED', { where: `${place.file}:${place.line}`, ...problem }))
}

type Line =
  | { readonly kind: 'blank' }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'note'; readonly indent: number; readonly key: Note; readonly value: string }
  | {
      readonly kind: 'entry'
      readonly indent: number
      readonly name: string
      readonly code: string | undefined
      readonly replacement: string | undefined
    }

function parseLine(text: string): Line {
  if (text.trim() === '') return { kind: 'blank' }
  if (text.trimStart().startsWith('#')) return { kind: 'comment', text: text.trim().slice(1).trim() }
  // Only blanks indent: a tab stays in the name, where it is refused.
  const body = text.replace(/^ +/, '')
  const indent = text.length - body.length
  const note = /^([a-z][a-z -]*): *(.*)$/.exec(body.trimEnd())
  const key = NOTES.find((known) => known === note?.[1])
  if (key !== undefined) return { kind: 'note', indent, key, value: note?.[2] ?? '' }

  const coded = /^(.*\S) {2,}(\d+)\s*$/.exec(body)
  const written = (coded?.[1] ?? body).trimEnd()
  const nonCurrent = written.startsWith(`${NON_CURRENT}:`)
  const [name = '', replacement = ''] = nonCurrent
    ? written
        .slice(NON_CURRENT.length + 1)
        .split('=>')
        .map((part) => part.trim())
    : [written]
  return { kind: 'entry', indent, name, code: coded?.[2], replacement: nonCurrent ? replacement : undefined }
}

/** A line with its code, in the column of codes. */
export function toCodedLine(text: string, code: number): string {
  return `${text.trimEnd().padEnd(NAME_WIDTH)}  ${code}`
}

/**
 * Gives every line of a source that lacks a code the next free one; all other bytes stay as they are.
 * @param next the first free code
 */
export function issueCodes(source: string, next: number): { source: string; next: number } {
  let free = next
  const lines = source.split('\n').map((text) => {
    const line = parseLine(text)
    if (line.kind !== 'entry' || line.code !== undefined) return text
    return toCodedLine(text, free++)
  })
  return { source: lines.join('\n'), next: free }
}

/**
 * Reads one source file. What is wrong with a line is added to the faults; the outline holds what could be understood.
 * @returns the body system, or undefined when the file holds none
 */
export function parseSource(file: string, source: string, faults: Faults): System | undefined {
  const outline = new Outline(faults)
  const comments: string[] = []
  source.split('\n').forEach((text, index) => {
    const place = { file, line: index + 1 }
    const line = parseLine(text)
    switch (line.kind) {
      case 'blank':
        return
      case 'comment':
        comments.push(line.text)
        return
      case 'note':
        outline.addNote(place, line)
        return
      case 'entry':
        outline.addEntry(place, line)
    }
  })
  const head = { file, line: 1 }
  if (!comments.some((comment) => comment.startsWith('Rests on:'))) {
    addFault(faults, head, {
      found: 'the head does not say what this file rests on',
      expected: 'a comment "# Rests on: …"',
    })
  }
  const { system } = outline
  if (system === undefined)
    addFault(faults, head, { found: 'no body system', expected: 'one line without indentation' })
  else if (system.abbreviation === '') {
    addFault(faults, system.place, {
      found: `"${system.name}" has no abbreviation`,
      expected: `a line "abbreviation: …" below it, at most ${LONGEST_ABBREVIATION} characters`,
    })
  }
  return system
}

/** The outline while it is being read: the innermost open entry of each depth. */
class Outline {
  system: System | undefined
  private group: Group | undefined
  private subgroup: Subgroup | undefined
  private concept: Concept | undefined
  private readonly faults: Faults

  constructor(faults: Faults) {
    this.faults = faults
  }

  addEntry(place: Place, line: Extract<Line, { kind: 'entry' }>) {
    const depth = this.readDepth(place, line.indent)
    if (depth === undefined) return
    const { name, replacement, code = '' } = line
    if (code === '') {
      addFault(this.faults, place, {
        found: `"${name}" has no code`,
        action: 'Run "npm run dictionary:build", which issues one',
      })
    }
    this.checkName(place, name)
    if (replacement !== undefined && depth !== 'term') {
      addFault(this.faults, place, {
        found: `a ${depth} marked ${NON_CURRENT}`,
        expected: `only terms to be ${NON_CURRENT}`,
      })
    }
    if (replacement === '') {
      addFault(this.faults, place, {
        found: `"${name}" is ${NON_CURRENT} without a replacement`,
        expected: `"${NON_CURRENT}: old term => current term"`,
      })
    }
    if (!this.open(depth, { place, code, name }, replacement)) {
      addFault(this.faults, place, {
        found: `${depth} "${name}" stands where there is nothing to belong to`,
        expected: 'each step at most two spaces deeper than the line above, and one body system per file',
      })
    }
  }

  /** Puts an entry under the innermost open entry of the depth above; false when there is none. */
  private open(depth: Depth, entry: Entry, replacement: string | undefined): boolean {
    switch (depth) {
      case 'system':
        if (this.system !== undefined) return false
        this.system = { ...entry, abbreviation: '', groups: [] }
        return true
      case 'group':
        this.group = { ...entry, subgroups: [] }
        this.subgroup = undefined
        this.concept = undefined
        return this.system?.groups.push(this.group) !== undefined
      case 'subgroup':
        this.subgroup = { ...entry, concepts: [] }
        this.concept = undefined
        return this.group?.subgroups.push(this.subgroup) !== undefined
      case 'concept':
        this.concept = { ...entry, sex: undefined, alsoIn: [], terms: [] }
        return this.subgroup?.concepts.push(this.concept) !== undefined
      case 'term':
        return this.concept?.terms.push({ ...entry, replacement }) !== undefined
    }
  }

  addNote(place: Place, { indent, key, value }: Extract<Line, { kind: 'note' }>) {
    const depth = this.readDepth(place, indent)
    if (depth === undefined) return
    switch (key) {
      case 'abbreviation':
        if (depth !== 'group' || this.system === undefined || this.group !== undefined) {
          return addFault(this.faults, place, {
            found: 'an abbreviation here',
            expected: 'it right below the body system',
          })
        }
        if (value.length > LONGEST_ABBREVIATION || !/^[A-Za-z]+$/.test(value)) {
          return addFault(this.faults, place, { found: `abbreviation "${value}"`, expected: '1 to 5 letters' })
        }
        this.system.abbreviation = value
        return
      case 'also in':
        if (depth !== 'term' || this.concept === undefined) return this.refuseNoteAt(place, key)
        this.concept.alsoIn.push({ place, subgroup: value })
        return
      case 'sex':
        if (depth !== 'term' || this.concept === undefined) return this.refuseNoteAt(place, key)
        if (value !== 'F' && value !== 'M') {
          return addFault(this.faults, place, { found: `sex "${value}"`, expected: 'F or M' })
        }
        this.concept.sex = value
    }
  }

  private refuseNoteAt(place: Place, key: Note) {
    addFault(this.faults, place, { found: `"${key}:" here`, expected: 'it below a concept, indented like its terms' })
  }

  private readDepth(place: Place, indent: number): Depth | undefined {
    const depth = indent % 2 === 0 ? DEPTHS[indent / 2] : undefined
    if (depth === undefined) {
      addFault(this.faults, place, {
        found: `an indentation of ${indent} characters`,
        expected: `0, 2, 4, 6 or 8 spaces for ${DEPTHS.join(', ')}`,
      })
    }
    return depth
  }

  private checkName(place: Place, name: string) {
    if (name === '' || name.length > LONGEST_NAME) {
      addFault(this.faults, place, { found: `a name of ${name.length} characters`, expected: `1 to ${LONGEST_NAME}` })
    }
    // "$" separates the fields of the built files, "=>" the parts of a non-current line; a colon is a note misspelt,
    // eight digits are a code with too few blanks before it.
    const odd = /[$\p{C}]|=>|: |\s{2,}|[^\S ]|\d{8}/u.exec(name)
    if (odd !== null || name !== name.normalize('NFC')) {
      addFault(this.faults, place, {
        found: `"${name}" holds characters a name may not have`,
        expected: 'no "$", "=>", colon, tab or code in it, single blanks, accents in composed form',
      })
    }
  }
}
