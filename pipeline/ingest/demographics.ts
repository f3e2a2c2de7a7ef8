/** What demographics say of a subject: sex and year of birth, and no more. Knows one row or record at a time. */
import type { Remark, RowOutcome, SubjectRecord } from '../../schemas/records.ts'
import type { SourceConfig } from '../../schemas/study.ts'
import { FIRST_YEAR, LAST_YEAR, parseCrfDate } from './dates.ts'
import {
  findSkipReason,
  type Located,
  type OutcomeReaderOptions,
  toMissingSubject,
  toSubjectReader,
} from './occurrence.ts'

/** The outcome reader of a DM source: resolved once, called for every row. */
export function toDemographicsReader<Row extends Located>(
  options: OutcomeReaderOptions<Row>,
): (row: Row) => RowOutcome {
  const { source, mapping, toRaw } = options
  const readSubject = toSubjectReader(options)
  const readWord = (word: string, row: Row) => {
    const [slot] = mapping.listSlots(row)
    return (
      slot?.context
        .find(({ name }) => name === word)
        ?.read(row)
        ?.trim() ?? ''
    )
  }

  return (row) => {
    const { line } = row
    const skipped = findSkipReason(mapping, row)
    if (skipped !== undefined) return { kind: 'skipped', line, reason: skipped }
    const about = readSubject(row)
    if (about === undefined) return toMissingSubject(options, row)
    const sex = parseSex(readWord('SEX', row))
    const birth = parseBirth({ year: readWord('BRTHYR', row), date: readWord('BRTHDAT', row) }, source.dateOrder)
    const remarks: Remark[] = []
    if (sex.doubt !== undefined) remarks.push({ code: 'sex-not-understood', line, text: sex.doubt })
    for (const text of birth.doubts) remarks.push({ code: 'birth-year-not-understood', line, text })
    const subject: SubjectRecord = {
      subject: about.id,
      usubjid: about.usubjid,
      site: about.site,
      sex: sex.value,
      birthYear: birth.value,
      line,
    }
    return { kind: 'subject', line, raw: toRaw(row), subject, remarks }
  }
}

/** Codes such as 1 and 2 are not guessed at: which is which differs between studies. */
function parseSex(text: string): { value: SubjectRecord['sex']; doubt?: string } {
  switch (text.toLowerCase()) {
    case '':
      return { value: null }
    case 'm':
    case 'male':
      return { value: 'M' }
    case 'f':
    case 'female':
      return { value: 'F' }
    default:
      return {
        value: null,
        doubt: `SEX "${text}" is not understood (expected M or F; "values" in study.json translates)`,
      }
  }
}

/** The year as collected, else the year of the date. */
function parseBirth(
  { year, date }: { year: string; date: string },
  order: SourceConfig['dateOrder'],
): { value: number | null; doubts: string[] } {
  const doubts: string[] = []
  if (year !== '') {
    const value = /^\d{4}$/.test(year) ? Number(year) : Number.NaN
    if (value >= FIRST_YEAR && value <= LAST_YEAR) return { value, doubts }
    doubts.push(`BRTHYR "${year}" is not a year of birth (expected ${FIRST_YEAR} to ${LAST_YEAR})`)
  }
  if (date === '') return { value: null, doubts }
  const value = findYear(date, order)
  if (value === null) doubts.push(`BRTHDAT "${date}" shows no year of birth (expected YYYY-MM-DD or a partial date)`)
  return { value, doubts }
}

function findYear(text: string, order: SourceConfig['dateOrder']): number | null {
  // Where day and month cannot be told apart the year still can: both readings have the same one.
  const readings = order === undefined ? (['dmy', 'mdy'] as const) : [order]
  for (const reading of readings) {
    const match = /^\d{4}/.exec(parseCrfDate(text, { order: reading }).iso ?? '')
    if (match) return Number(match[0])
  }
  return null
}
