/** The lists in families/: which terms a complete family has. Knows their columns; whether the terms are there is asked elsewhere. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A term that a member of a family must have. */
export interface FamilyTerm {
  readonly family: string
  readonly member: string
  readonly term: string
}

/**
 * Every term that the lists ask for. Rows have the columns family, member, term; or, in analytes.tsv, family, member,
 * short (names parted by |) and directions (parted by |), which ask for each name with each direction.
 * @param folder the folder that holds families/
 */
export function readFamilies(folder: string): readonly FamilyTerm[] {
  return readdirSync(join(folder, 'families'))
    .filter((name) => name.endsWith('.tsv'))
    .sort()
    .flatMap((name) => readTable(join(folder, 'families', name)).flatMap(listTerms))
}

type Row = { readonly [column: string]: string | undefined }

function readTable(path: string): Row[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  const columns = header.split('\t')
  return lines.map((line) => {
    const cells = line.split('\t')
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))
  })
}

function listTerms({ family = '', member = '', term, short = '', directions = '' }: Row): FamilyTerm[] {
  if (term !== undefined) return [{ family, member, term }]
  return [member, ...short.split('|').filter(Boolean)].flatMap((name) =>
    directions.split('|').map((direction) => ({ family, member, term: `${name} ${direction}` })),
  )
}
