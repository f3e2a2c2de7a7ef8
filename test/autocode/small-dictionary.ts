/** Dictionaries of a few invented terms, each test's own. */
import type { Dictionary } from '../../dictionaries/dictionary.ts'
import { readMeddraAscii } from '../../dictionaries/meddra/read-meddra-ascii.ts'
import { toDictionaryFiles } from '../dictionaries/meddra/small-release.ts'

/** A preferred term and its other lowest level terms; one that begins with `-` is not current any more. */
export type Concept = readonly [pt: string, ...llts: string[]]

/** All concepts lie under one path; codes count up from 82000100, each PT before its LLTs. */
export function toDictionary(concepts: readonly Concept[]): Promise<Dictionary> {
  let next = 82000100
  const coded = concepts.map(([pt, ...llts]) => {
    const code = String(next++)
    return { code, pt, llts: llts.map((text) => ({ code: String(next++), text })) }
  })
  const path = '82000003$82000002$82000001'
  return readMeddraAscii(
    toDictionaryFiles({
      'soc.asc': '82000001$All complaints$All$$$$$$$$\n',
      'hlgt.asc': '82000002$Group$$$$$$$$\n',
      'hlt.asc': '82000003$Kind$$$$$$$$\n',
      'pt.asc': coded.map(({ code, pt }) => `${code}$${pt}$$82000001$$$$$$$$\n`).join(''),
      'llt.asc': coded
        .flatMap(({ code, pt, llts }) => [
          `${code}$${pt}$${code}$$$$$$$Y$$\n`,
          ...llts.map(
            (llt) =>
              `${llt.code}$${llt.text.replace(/^-/, '')}$${code}$$$$$$$${llt.text.startsWith('-') ? 'N' : 'Y'}$$\n`,
          ),
        ])
        .join(''),
      'hlt_pt.asc': coded.map(({ code }) => `82000003$${code}$\n`).join(''),
      'hlgt_hlt.asc': '82000002$82000003$\n',
      'soc_hlgt.asc': '82000001$82000002$\n',
      'mdhier.asc': coded
        .map(({ code, pt }) => `${code}$${path}$${pt}$Kind$Group$All complaints$All$$82000001$Y$\n`)
        .join(''),
      'intl_ord.asc': '1$82000001$\n',
      'meddra_release.asc': '1.0$English$$$$\n',
    }),
  )
}

/** The code of a term, which the test knows to be there. */
export function toCode(dictionary: Dictionary, text: string): string {
  for (let index = 0; index < dictionary.termCount; index++) {
    const llt = dictionary.termAt(index)
    if (llt.text === text) return llt.code
  }
  throw new Error(`no term "${text}"`)
}
