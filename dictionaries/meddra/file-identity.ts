/**
 * Is a file what its name says? Told by its first record: a wrong file under a name would else be refused for a detail
 * far from the mistake. Knows what the records of each file look like; checks none of them.
 */
import { toDamage } from './ascii-file.ts'

const CODE = /^[0-9A-Za-z]{1,12}$/
const LEVELS = /^(?:SOC|HLGT|HLT|PT|LLT)$/

/** The files whose records look like this; none where no file is known for it. */
function listLikeFiles(fields: readonly string[]): readonly string[] {
  const [first = '', second = '', third = '', fourth = '', , , seventh = '', eighth = '', , tenth = ''] = fields
  const last = fields.at(-1) ?? ''
  if (/^\d{8}$/.test(first) && /^[ADM]$/.test(second) && CODE.test(fourth)) return ['a .seq file']
  if (!CODE.test(first)) return []
  switch (fields.length) {
    case 2:
      return CODE.test(second) && /\d/.test(second)
        ? ['soc_hlgt.asc', 'hlgt_hlt.asc', 'hlt_pt.asc', 'intl_ord.asc', 'spec_pt.asc']
        : []
    case 6:
      return LEVELS.test(fourth) ? ['meddra_history.asc'] : []
    case 9:
      if (/^[AI]$/.test(seventh) && /^[012]$/.test(fourth)) return ['smq_content.asc']
      if (/^[AI]$/.test(eighth)) return ['smq_list.asc']
      return ['hlt.asc', 'hlgt.asc']
    case 10:
      return third === '' ? (fourth === '' ? ['soc.asc'] : []) : third.length <= 5 ? ['soc.asc'] : []
    case 11:
      if (third === '' && CODE.test(fourth) && tenth === '') return ['pt.asc']
      return CODE.test(third) && /^[YN]$/.test(tenth) ? ['llt.asc'] : []
    case 12:
      return CODE.test(third) && /^[YN]$/.test(last) ? ['mdhier.asc'] : []
    default:
      return []
  }
}

/**
 * Refuses a file whose first record is one of another file.
 * @param usualName the file's name in the distribution, lower case
 * @throws AecoderError DICTIONARY_DAMAGED with the name of that other file
 */
export function checkIsFile(text: string, { usualName, file }: { usualName: string; file: string }): void {
  const lineFeed = text.indexOf('\n')
  const line = (lineFeed === -1 ? text : text.slice(0, lineFeed)).trimEnd()
  const fields = line.split('$')
  // An empty last field may be none: some releases end a record by `$`, some by none or two.
  const spare = fields.at(-1) !== '' ? 0 : fields.at(-2) !== '' ? 1 : 2
  const readings = [0, 1, 2].filter((left) => left <= spare).map((left) => fields.slice(0, fields.length - left))
  const alike = [...new Set(readings.flatMap(listLikeFiles))]
  if (alike.length === 0 || alike.includes(usualName)) return
  throw toDamage(
    { file, row: 0 },
    {
      found: `a record as of ${alike.join(' or ')}`,
      expected: `one of ${usualName}`,
      action: 'Put the file of this name from the release here',
    },
  )
}
