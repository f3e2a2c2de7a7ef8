/**
 * Invented classifications in the layout of an ICD-10-CM release, of any size. Knows the layout; every name is made of
 * syllables by chance, and codes only look like those of ICD-10-CM. The same options give the same bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toRandom } from './random.ts'

export interface IcdShape {
  /** How many codes at least, headers among them: the category that reaches the number is finished. */
  readonly codes: number
  readonly seed: number
}

/** Writes order file, tabular list and index of "2026" into the folder, which is made when it is not there. */
export function writeIcdShaped(folder: string, shape: IcdShape): void {
  mkdirSync(folder, { recursive: true })
  for (const { name, text } of listIcdShapedFiles(shape)) writeFileSync(join(folder, name), text)
}

interface Code {
  readonly code: string
  readonly title: string
  readonly inclusionTerms: readonly string[]
  readonly below: readonly Code[]
  /** Made of the code above it, so that the tabular list does not have it. */
  readonly isExtension?: boolean
  /** 7th characters of the codes below it. */
  readonly extensions?: readonly (readonly [character: string, text: string])[]
}

const SIDES = [
  ['1', 'right side'],
  ['2', 'left side'],
  ['3', 'bilateral'],
  ['9', 'unspecified side'],
] as const
const ENCOUNTERS = [
  ['A', 'initial encounter'],
  ['D', 'subsequent encounter'],
  ['S', 'sequela'],
] as const
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const CATEGORIES_PER_SECTION = 7

/** The files of the release: their names and their text (LF). */
export function listIcdShapedFiles({ codes, seed }: IcdShape): { name: string; text: string }[] {
  const toName = toNaming(toRandom(seed))
  const chance = toRandom(seed + 1)
  const chapters: { title: string; sections: Code[][] }[] = []
  const all: Code[] = []
  for (let number = 0; all.length < codes && number < LETTERS.length * 100; number += 1) {
    const letter = LETTERS[Math.floor(number / 100)] ?? ''
    if (number % 100 === 0) chapters.push({ title: toName(), sections: [] })
    const sections = chapters.at(-1)?.sections ?? []
    if (number % CATEGORIES_PER_SECTION === 0 || number % 100 === 0) sections.push([])
    const category = toCategory(`${letter}${String(number % 100).padStart(2, '0')}`)
    sections.at(-1)?.push(category)
    all.push(...flatten(category))
  }
  return [
    { name: 'icd10cm_order_2026.txt', text: all.map(toOrderLine).join('') },
    { name: 'icd10cm_tabular_2026.xml', text: toTabular(chapters) },
    { name: 'icd10cm_index_2026.xml', text: toIndex(all) },
  ]

  /** One alone, one with nine codes, one with sides at its ends, one with 7th characters: as often as in a real release. */
  function toCategory(code: string): Code {
    const shape = chance()
    if (shape < 0.2) return toCode(code, [])
    if (shape < 0.4)
      return toCode(
        code,
        list(9, (i) => toCode(`${code}.${i}`, [])),
      )
    if (shape < 0.75)
      return toCode(
        code,
        list(4, (i) =>
          toCode(
            `${code}.${i}`,
            list(3, (j) => withSides(toCode(`${code}.${i}${j}`, []))),
          ),
        ),
      )
    const injured = toCode(
      code,
      list(3, (i) =>
        toCode(`${code}.${i}`, [
          withEncounters(toCode(`${code}.${i}0`, [])),
          ...list(3, (j) => withEncountersBySide(`${code}.${i}${j + 1}`)),
        ]),
      ),
    )
    return { ...injured, extensions: ENCOUNTERS }
  }

  function toCode(code: string, below: readonly Code[]): Code {
    return {
      code,
      title: toName(),
      inclusionTerms: chance() < 0.3 ? list(1 + Math.floor(chance() * 3), toName) : [],
      below,
    }
  }

  function withEncountersBySide(code: string): Code {
    const sided = withSides(toCode(code, []))
    return { ...sided, below: sided.below.map(withEncounters) }
  }
}

function withSides(code: Code): Code {
  return { ...code, below: SIDES.map(([character, side]) => toChild(code, `${code.code}${character}`, side)) }
}

/** With X where the code is too short for a 7th character. */
function withEncounters(code: Code): Code {
  const stem = code.code.padEnd(7, 'X')
  return {
    ...code,
    below: ENCOUNTERS.map(([character, text]) => ({
      ...toChild(code, `${stem}${character}`, text),
      isExtension: true,
    })),
  }
}

function toChild({ title }: Code, code: string, what: string): Code {
  return { code, title: `${title}, ${what}`, inclusionTerms: [], below: [] }
}

function list<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

function flatten(code: Code): Code[] {
  return [code, ...code.below.flatMap(flatten)]
}

function toOrderLine({ code, title, below }: Code, place: number): string {
  const order = String(place + 1).padStart(5, '0')
  const short = title.slice(0, 60).padEnd(60)
  return `${order} ${code.replace('.', '').padEnd(7)} ${below.length > 0 ? 0 : 1} ${short} ${title}\n`
}

function toTabular(chapters: readonly { title: string; sections: readonly (readonly Code[])[] }[]): string {
  const lines = ['<?xml version="1.0" encoding="utf-8"?>', '<ICD10CM.tabular>', '  <version>2026</version>']
  for (const [place, { title, sections }] of chapters.entries()) {
    lines.push('  <chapter>', `    <name>${place + 1}</name>`, `    <desc>${title}</desc>`)
    for (const categories of sections) {
      const [first = '', last = ''] = [categories[0]?.code, categories.at(-1)?.code]
      const range = first === last ? first : `${first}-${last}`
      lines.push(`    <section id="${range}">`, `      <desc>Section (${range})</desc>`)
      for (const category of categories) addDiag(lines, category)
      lines.push('    </section>')
    }
    lines.push('  </chapter>')
  }
  return `${lines.join('\n')}\n</ICD10CM.tabular>\n`
}

function addDiag(lines: string[], { code, title, inclusionTerms, below, extensions, isExtension }: Code): void {
  if (isExtension) return
  const indent = ' '.repeat(2 * Math.max(code.length, 3))
  const add = (...added: readonly string[]) => lines.push(...added.map((line) => `${indent}${line}`))
  const addNotes = (element: string, notes: readonly string[]) =>
    add(`  <${element}>`, ...notes.map((note) => `    <note>${note}</note>`), `  </${element}>`)
  add('<diag>', `  <name>${code}</name>`, `  <desc>${title}</desc>`)
  if (inclusionTerms.length > 0) addNotes('inclusionTerm', inclusionTerms)
  if (code.length === 3) addNotes('excludes1', [`what is not ${title}`, `what is but in part ${title}`])
  if (extensions !== undefined) {
    const characters = extensions.map(([character, text]) => `    <extension char="${character}">${text}</extension>`)
    add('  <sevenChrDef>', ...characters, '  </sevenChrDef>')
  }
  for (const child of below) addDiag(lines, child)
  add('</diag>')
}

/** A main term with one below for three of four codes, with a hyphen for a header: some 80,000 entries at full size. */
function toIndex(codes: readonly Code[]): string {
  const lines = ['<?xml version="1.0" encoding="utf-8"?>', '<ICD10CM.index>', '  <version>2026</version>', '  <letter>']
  for (const [place, { code, title, below, isExtension }] of codes.entries()) {
    if (isExtension || place % 4 === 0) continue
    const written = `<code>${code}${below.length > 0 ? '-' : ''}</code>`
    lines.push('    <mainTerm>', `      <title>${title}<nemod>(so called)</nemod></title>`, `      ${written}`)
    lines.push('      <term level="1">', '        <title>with fever</title>', `        ${written}`, '      </term>')
    lines.push('    </mainTerm>')
  }
  return `${lines.join('\n')}\n  </letter>\n</ICD10CM.index>\n`
}

const ONSETS = [
  'b',
  'd',
  'f',
  'g',
  'k',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'v',
  'z',
  'br',
  'gl',
  'kr',
  'pl',
  'st',
  'tr',
]
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'eo']

/** Names of two to five invented words, common ones more often; none twice. */
function toNaming(chance: () => number): () => string {
  const choose = (values: readonly string[]) => values[Math.floor(chance() * values.length)] ?? ''
  const words = list(8_000, () => list(2 + Math.floor(chance() * 2), () => choose(ONSETS) + choose(VOWELS)).join(''))
  const given = new Set<string>()
  return () => {
    for (;;) {
      const name = list(2 + Math.floor(chance() * 4), () => words[Math.floor(chance() ** 2 * words.length)] ?? '').join(
        ' ',
      )
      if (given.has(name)) continue
      given.add(name)
      return name.charAt(0).toUpperCase() + name.slice(1)
    }
  }
}
