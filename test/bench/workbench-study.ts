/**
 * A study for the workbench's bench: as many term groups as are asked for, each reported once or more often, at many
 * sites, in OpenAE; most of them wait for a person. The same for the same seed.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDictionary } from '../../pipeline/index.ts'
import { toRandom } from '../generators/random.ts'

const OPENAE = fileURLToPath(new URL('../../dictionaries/openae/1.1', import.meta.url))
const SITES = 120
const EVENTS_PER_SUBJECT = 12
/** Of a hundred terms so many are terms of the dictionary, word by word. */
const EXACT_OF_HUNDRED = 30

/** Writes `study.json` and the transfer of a study with so many term groups. */
export async function writeWorkbenchStudy(folder: string, { groups }: { groups: number }): Promise<void> {
  const random = toRandom(11)
  const verbatims = await listVerbatims(groups, random)
  const lines = ['Subject,Site,Position,Page,Verbatim,Start,Serious']
  const rows = [
    ...verbatims,
    // A fifth of all reports are of terms that were reported before; a few of them very often.
    ...Array.from({ length: groups / 4 }, () => verbatims[Math.floor(random() ** 4 * verbatims.length)] ?? ''),
  ]
  for (const [index, verbatim] of rows.entries()) {
    const subject = 1000 + Math.floor(index / EVENTS_PER_SUBJECT)
    const cells = [
      `S${subject}`,
      `${100 + (subject % SITES)}`,
      `${1 + (index % EVENTS_PER_SUBJECT)}`,
      index % 5 === 0 ? 'AE_LOG' : 'AE_VISIT',
      `"${verbatim}"`,
      `2026-0${1 + (index % 9)}-1${index % 9}`,
      random() < 0.04 ? 'Y' : 'N',
    ]
    lines.push(cells.join(','))
  }
  await mkdir(join(folder, 'transfer'), { recursive: true })
  await writeFile(join(folder, 'transfer', 'ae.csv'), `${lines.join('\n')}\n`)
  const config = {
    study: { protocol: 'LOAD-1', environment: 'uat' },
    dictionary: { name: 'OpenAE', version: '1.1', path: OPENAE },
    input: 'transfer',
    approval: 'manual',
    sources: [
      {
        id: 'ae',
        domain: 'AE',
        format: 'csv',
        files: ['ae.csv'],
        key: ['Position'],
        map: {
          subject: 'Subject',
          site: 'Site',
          form: 'Page',
          AETERM: 'Verbatim',
          AESTDAT: 'Start',
          AESER: 'Serious',
        },
      },
    ],
  }
  await writeFile(join(folder, 'study.json'), `${JSON.stringify(config, null, 2)}\n`)
}

/** Terms of the dictionary, and such terms with words beside them that no rule explains. */
async function listVerbatims(groups: number, random: () => number): Promise<string[]> {
  const dictionary = await openDictionary(OPENAE)
  const found = new Set<string>()
  for (let index = 0; found.size < groups; index++) {
    const { text, isCurrent } = dictionary.termAt(Math.floor(random() * dictionary.termCount))
    if (!isCurrent) continue
    found.add(index % 100 < EXACT_OF_HUNDRED ? text : `${text} zq${index.toString(36)}`)
  }
  return [...found].map((text) => text.replaceAll('"', "'"))
}
