/**
 * `dictionary show`: one node of a dictionary and what stands around it, so that a person walks up and down by codes.
 * Knows what every dictionary offers; knows no dictionary's levels by name, but for the words of LLTs.
 */
import { AecoderError, lookAround, type NodeSurroundings } from '../../index.ts'
import { toCommand } from '../command.ts'
import { toShellWord, toVisible } from '../tables.ts'
import {
  breakLines,
  DICTIONARY_PLACE,
  type Dictionary,
  type Hit,
  openNamedDictionary,
  toLevel,
  toNameTable,
  toPlaceWords,
  toState,
  WIDTH,
} from './dictionary.ts'

type Node = Hit['path'][number]
type Note = ReturnType<Dictionary['listNotes']>[number]
type Limits = NonNullable<ReturnType<Dictionary['findLimits']>>

export const DICTIONARY_SHOW = toCommand({
  name: 'dictionary show',
  summary:
    'Show a code of any level: where it stands, what is below it, its names, notes, limits and standard queries; ' +
    'without a code, the broadest level, to walk down from',
  example: 'aecoder dictionary show 80000012',
  arguments: [{ name: 'code', summary: 'a code of any level; without one, the broadest level', isOptional: true }],
  options: {
    ...DICTIONARY_PLACE,
    level: { kind: 'text', value: 'LEVEL', summary: 'the level, where a code stands on two (else the broader one)' },
  },
  async run({ args: [code], options, world }) {
    const dictionary = await openNamedDictionary(options, world)
    const level = options.level === undefined ? undefined : toLevel(dictionary, options.level)
    const call = (words: string) => `${world.program} dictionary ${words}${toPlaceWords(options)}`
    if (code === undefined) {
      if (level === undefined) return toTopAnswer(dictionary, call)
      throw new AecoderError('USAGE', {
        where: '--level',
        found: `${level}, but no code`,
        action: 'Give a code of this level',
      })
    }
    const node = dictionary.findNode(code, level)
    if (node === undefined) throw toNotFound(dictionary, { code, level, call })
    const around = lookAround(dictionary, node)
    const children = around.children.map((child) => ({ ...child, below: countBelow(dictionary, child) }))
    const found = { ...around, children }
    return { json: { dictionary: dictionary.ref, ...found }, text: toText(found, { levels: dictionary.levels, call }) }
  },
})

/** What stands around a node, with counts of what stands further down. */
interface Surroundings extends NodeSurroundings {
  readonly children: readonly Child[]
}

interface Child extends Node {
  /** How many nodes of each level there are below it. */
  readonly below: { readonly [level: string]: number }
}

/** Nodes with several parents are counted once. */
function countBelow(dictionary: Dictionary, node: Node): Child['below'] {
  const below: { [level: string]: number } = {}
  const seen = new Set<string>()
  const open: Node[] = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of dictionary.listChildren(next)) {
      const name = `${child.level} ${child.code}`
      if (seen.has(name)) continue
      seen.add(name)
      below[child.level] = (below[child.level] ?? 0) + 1
      open.push(child)
    }
  }
  return below
}

function toTopAnswer(dictionary: Dictionary, call: (words: string) => string) {
  const { ref, language, levels, report } = dictionary
  const children = dictionary.listChildren().map((child) => ({ ...child, below: countBelow(dictionary, child) }))
  const counts = levels.map((level) => `${level} ${(report.counts[level] ?? 0).toLocaleString('en')}`)
  return {
    json: { dictionary: ref, language, levels, counts: report.counts, children },
    text: [
      ...breakLines(`${ref.name} ${ref.version} (${language}): ${counts.join(', ')}`, WIDTH),
      '',
      toChildrenTable(children, levels),
      '',
      `One level down: ${call('show CODE')}`,
    ].join('\n'),
  }
}

function toNotFound(
  dictionary: Dictionary,
  { code, level, call }: { code: string; level: string | undefined; call: (words: string) => string },
): AecoderError {
  const { name, version } = dictionary.ref
  const elsewhere = dictionary.findNode(code)
  if (elsewhere !== undefined)
    return new AecoderError('TERM_NOT_FOUND', {
      where: `code "${code}"`,
      found: `no ${level} of ${name} ${version}, but ${elsewhere.level} ${elsewhere.text}`,
      action: 'Leave --level out, or name that one',
    })
  const query = dictionary.listQueries().find((each) => each.code === code)
  return new AecoderError('TERM_NOT_FOUND', {
    where: `code "${code}"`,
    found:
      query === undefined ? `no code of ${name} ${version}` : `a standard query of ${name} ${version}: ${query.name}`,
    expected: `a code of ${dictionary.levels.join(', ')}`,
    // A name in the place of a code can be looked for as it is.
    action: `Look for it by text: ${call(`search ${/^\p{L}[\p{L} ]*$/u.test(code) ? toShellWord(code) : 'TEXT'}`)}`,
  })
}

function toText(
  found: Surroundings,
  { levels, call }: { levels: readonly string[]; call: (words: string) => string },
): string {
  const { node, otherLevels, children, termLevel } = found
  const areTerms = children[0] !== undefined && children[0].level === termLevel
  return [
    [
      toHead(found),
      ...otherLevels.map(
        (level) => `${level} of the same code: ${call(`show ${toShellWord(node.code)} --level ${toShellWord(level)}`)}`,
      ),
    ].join('\n'),
    toLimitsText(found.limits),
    toPathsTable(found),
    children.length === 0 || areTerms ? '' : toChildrenTable(children, levels),
    toTermsTable(found),
    toNotesText(found.notes),
    found.standardQueries.length === 0
      ? ''
      : toNameTable(
          ['code', 'standard query', 'scope'],
          found.standardQueries.map(({ code, name, scope }) => [code, name, scope]),
          { nameColumn: 1 },
        ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function toHead({ node, concept, proposedReplacement: proposed }: Surroundings): string {
  const isTerm = concept !== null && concept.level !== node.level
  return [
    node.text,
    `${node.level} ${node.code}${isTerm ? `, a name of ${concept.level} ${concept.code} ${concept.text}` : ''}`,
    ...(node.isCurrent ? [] : [toState(node)]),
    ...(proposed === null ? [] : [`proposed in its place: ${proposed.code} ${proposed.text}`]),
  ]
    .flatMap((line) => breakLines(toVisible(line), WIDTH))
    .join('\n')
}

function toLimitsText(limits: Limits | null): string {
  if (limits === null) return ''
  const { sex, age, valid } = limits
  const lines = [
    ...(sex === undefined ? [] : [`only in ${SEX_WORDS[sex]} subjects`]),
    ...(age === undefined ? [] : [`only at an age ${toRange(age)}${age.to === 1 ? ' year' : ' years'}`]),
    ...(valid === undefined ? [] : [`assignable ${valid.map(toRange).join(', and ')}`]),
  ]
  return lines.join('\n')
}

const SEX_WORDS = { F: 'female', M: 'male' } as const satisfies { [sex in NonNullable<Limits['sex']>]: string }

function toRange({ from, to }: { readonly from?: string | number; readonly to?: string | number }): string {
  if (from === undefined) return to === undefined ? 'at any time' : `up to ${to}`
  return to === undefined ? `from ${from}` : `from ${from} to ${to}`
}

function toPathsTable({ paths, concept }: Surroundings): string {
  if (paths.length === 0) return ''
  const rows = paths.flatMap(({ path, isPrimary }, place) => {
    // Above the concepts no path is called primary.
    const name = concept === null ? 'path' : isPrimary ? 'primary' : 'secondary'
    const nodes = path.map(({ level, code, text }, i) => [i === 0 ? name : '', level, code, text])
    return place === 0 ? nodes : [['', '', '', ''], ...nodes]
  })
  return toNameTable(['above', 'level', 'code', 'name'], rows, { nameColumn: 3 })
}

/** What stands right below, with counts of what stands further down: a column a level, or one for all where they are wide. */
function toChildrenTable(children: readonly Child[], levels: readonly string[]): string {
  const own = new Set(children.map(({ level }) => level))
  const counted = levels.filter((level) => children.some(({ below }) => below[level] !== undefined))
  const isWide = counted.reduce((sum, level) => sum + level.length, 0) > WIDEST_COUNTS
  const isMixed = own.size > 1
  return toNameTable(
    ['code', ...(isMixed ? ['level'] : []), isMixed ? 'name' : [...own].join(), ...(isWide ? ['below'] : counted)],
    children.map(({ code, level, text, below }) => [
      code,
      ...(isMixed ? [level] : []),
      text,
      ...(isWide
        ? [Object.values(below).reduce((sum, count) => sum + count, 0)]
        : counted.map((each) => below[each] ?? 0)),
    ]),
    { nameColumn: isMixed ? 2 : 1 },
  )
}

const WIDEST_COUNTS = 36

function toTermsTable({ terms, termLevel, node, concept }: Surroundings): string {
  // A title alone stands in the head already.
  const isTitleAlone = termLevel === null && terms.length === 1 && terms[0]?.text === node.text
  if (concept === null || isTitleAlone) return ''
  const level = termLevel ?? concept.level
  const word = level === 'LLT' ? 'lowest level term' : 'term'
  const states = terms.map((term) => toState({ ...term, level }))
  const hasStates = states.some((state) => state !== '')
  // Names without codes of their own have that of the node.
  const hasCodes = termLevel !== null
  return toNameTable(
    [...(hasCodes ? ['code'] : []), word, ...(hasStates ? [''] : [])],
    terms.map(({ code, text }, i) => [...(hasCodes ? [code] : []), text, ...(hasStates ? [states[i] ?? ''] : [])]),
    { nameColumn: hasCodes ? 1 : 0 },
  )
}

const NOTE_WORDS: { readonly [kind in Note['kind']]: string } = {
  includes: 'includes',
  excludes1: 'excludes1',
  excludes2: 'excludes2',
  'code-first': 'code first',
  'use-additional': 'use additional code',
  'code-also': 'code also',
  note: 'note',
}

/** The kind before the first of its notes; long notes go on below their beginning. */
function toNotesText(notes: readonly Note[]): string {
  const indent = Math.max(0, ...notes.map(({ kind }) => NOTE_WORDS[kind].length)) + 2
  return notes
    .flatMap(({ kind, text }, i) => {
      const word = notes[i - 1]?.kind === kind ? '' : NOTE_WORDS[kind]
      return breakLines(toVisible(text), WIDTH - indent).map(
        (line, part) => `${(part === 0 ? word : '').padEnd(indent)}${line}`,
      )
    })
    .join('\n')
}
