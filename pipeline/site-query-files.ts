/** The files that are exchanged with an EDC: the outbox as CSV and JSON, answers read from either. Knows no store. */
import { fromSafeCell, toSafeCsv } from '../schemas/csv-cell.ts'
import { AecoderError } from '../schemas/errors.ts'
import { parseKeyText } from '../schemas/occurrence-id.ts'
import type { ExchangeFormat } from '../schemas/site-queries.ts'
import { openCsv } from './formats/csv.ts'
import type { GivenAnswer } from './review/site-query-rules.ts'
import type { OutboxFiles } from './store/outboxes.ts'
import type { SiteQueryView } from './store/site-query-lists.ts'

/** Members of an occurrence's key that every row has, by the names that they have in the store. */
const KEY_COLUMNS = ['event', 'eventRepeat', 'form', 'formRepeat', 'group', 'groupRepeat'] as const
/** What comes back: empty in an outbox, for whoever answers in the very file. */
const ANSWER_COLUMNS = ['answer', 'answeredAt', 'answeredBy'] as const

/**
 * Writes an outbox down. Columns that are the EDC's own keys are those of the export; further key columns of study.json
 * stand as `record.NAME`. In the CSV a cell that a spreadsheet would calculate begins with an apostrophe (OWASP, "CSV
 * Injection"), which the import takes off again.
 */
export function toOutboxFiles(siteQueries: readonly SiteQueryView[], { studyId }: { studyId: string }): OutboxFiles {
  const rows = siteQueries.map((siteQuery) => toRow(siteQuery, studyId))
  const recordColumns = [...new Set(rows.flatMap(({ record }) => Object.keys(record)))].sort()
  const header = [
    'siteQueryId',
    'STUDYID',
    'SITEID',
    'USUBJID',
    'SUBJID',
    'DOMAIN',
    ...KEY_COLUMNS,
    ...recordColumns.map((name) => `record.${name}`),
    'item',
    'verbatim',
    'text',
    'raisedAt',
    'raisedBy',
    ...ANSWER_COLUMNS,
  ]
  const cells = rows.map((row) => [
    row.siteQueryId,
    row.STUDYID,
    row.SITEID ?? '',
    row.USUBJID,
    row.SUBJID,
    row.DOMAIN,
    ...KEY_COLUMNS.map((name) => row[name] ?? ''),
    ...recordColumns.map((name) => row.record[name] ?? ''),
    row.item,
    row.verbatim,
    row.text,
    row.raisedAt,
    row.raisedBy,
    ...ANSWER_COLUMNS.map(() => ''),
  ])
  return { csv: toSafeCsv(header, cells), json: `${JSON.stringify({ siteQueries: rows }, null, 2)}\n` }
}

function toRow(
  { id, site, subject, usubjid, domain, key, basedOn, text, raisedAt, raisedBy }: SiteQueryView,
  studyId: string,
) {
  const { event, eventRepeat, form, formRepeat, group, groupRepeat, record, item } = parseKeyText(key)
  return {
    siteQueryId: id,
    STUDYID: studyId,
    SITEID: site,
    USUBJID: usubjid,
    SUBJID: subject,
    DOMAIN: domain,
    event,
    eventRepeat,
    form,
    formRepeat,
    group,
    groupRepeat,
    record,
    item,
    verbatim: basedOn,
    text,
    raisedAt,
    raisedBy,
  }
}

/** What a file of answers holds. Rows without an answer are none: an outbox may come back half filled in. */
export interface AnswerFile {
  readonly answers: readonly GivenAnswer[]
  readonly blank: number
}

/**
 * Reads answers: CSV with the columns `siteQueryId` and `answer`, or JSON with a list of such objects, alone or under
 * `answers` or `siteQueries`; `answeredAt` (ISO 8601) and `answeredBy` where they are known. Anything else in it is passed over.
 * @throws AecoderError ANSWERS_INVALID, or what the CSV reader throws, with the file and the line
 */
export function readAnswers(file: { name: string; as: ExchangeFormat; text: string }): Promise<AnswerFile> {
  return file.as === 'csv' ? readCsvAnswers(file) : Promise.resolve(readJsonAnswers(file))
}

async function readCsvAnswers({ name, text }: { name: string; text: string }): Promise<AnswerFile> {
  const bytes = Buffer.from(text, 'utf8')
  const file = {
    name,
    async *open() {
      yield bytes
    },
  }
  const table = await openCsv(file, {})
  const columns = new Map(table.header.map((column, index) => [column.toLowerCase(), index]))
  const missing = ['siteQueryId', 'answer'].filter((column) => !columns.has(column.toLowerCase()))
  if (missing.length > 0)
    throw new AecoderError('ANSWERS_INVALID', {
      where: `${name}:1`,
      found: `no column ${missing.join(', ')} (columns: ${table.header.join(', ')})`,
      expected: 'the columns siteQueryId and answer',
      action: 'Fill the answers into the outbox as it was sent, or name the columns so',
    })
  const collected = new Answers(name)
  for await (const batch of table.rows) {
    for (const row of batch) {
      const place = `line ${row.line}`
      const cell = (column: string) => fromSafeCell(row.fields[columns.get(column.toLowerCase()) ?? -1] ?? '')
      if (row.problem) collected.refuse(`${place}: it ${row.problem.text}`)
      else
        collected.add({
          place,
          id: cell('siteQueryId'),
          text: cell('answer'),
          answeredAt: cell('answeredAt'),
          answeredBy: cell('answeredBy'),
        })
    }
  }
  return collected.finish()
}

function readJsonAnswers({ name, text }: { name: string; text: string }): AnswerFile {
  const refuse = (found: string): never => {
    throw new AecoderError('ANSWERS_INVALID', {
      where: name,
      found,
      expected: 'a list of objects with siteQueryId and answer, alone or under "answers"',
    })
  }
  let read: unknown
  try {
    read = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    refuse(`it is no JSON (${(error as Error).message.slice(0, 100)})`)
  }
  const under = read as { answers?: unknown; siteQueries?: unknown } | null
  const list = Array.isArray(read) ? read : (under?.answers ?? under?.siteQueries)
  if (!Array.isArray(list)) return refuse('it holds no list')
  const collected = new Answers(name)
  for (const [index, entry] of list.entries()) {
    const place = `entry ${index + 1}`
    const member = (column: string) => {
      const value = (entry as { readonly [column: string]: unknown } | null)?.[column] ?? ''
      return typeof value === 'string' ? value : undefined
    }
    const [id, answer, answeredAt, answeredBy] = ['siteQueryId', ...ANSWER_COLUMNS].map(member)
    if (id === undefined || answer === undefined || answeredAt === undefined || answeredBy === undefined)
      collected.refuse(`${place}: siteQueryId, answer, answeredAt and answeredBy must be texts`)
    else collected.add({ place, id, text: answer, answeredAt, answeredBy })
  }
  return collected.finish()
}

/** Collects answers, and what is wrong with them: all of it is told at once. */
class Answers {
  readonly #name: string
  readonly #answers: GivenAnswer[] = []
  readonly #problems: string[] = []
  #blank = 0

  constructor(name: string) {
    this.#name = name
  }

  add({ place, id, text, answeredAt, answeredBy }: { readonly [name in keyof GivenAnswer]: string }): void {
    if (text.trim() === '') this.#blank++
    else if (id.trim() === '') this.refuse(`${place}: an answer without a siteQueryId`)
    else if (answeredAt.trim() !== '' && !isMoment(answeredAt.trim()))
      this.refuse(`${place}: answeredAt ${JSON.stringify(answeredAt.slice(0, 40))} is no date or time of ISO 8601`)
    else if (answeredBy.length > 200) this.refuse(`${place}: answeredBy has more than 200 characters`)
    else
      this.#answers.push({
        id: id.trim().toLowerCase(),
        text: text.trim(),
        answeredAt: answeredAt.trim() || null,
        answeredBy: answeredBy.trim() || null,
        place,
      })
  }

  refuse(problem: string): void {
    this.#problems.push(problem)
  }

  finish(): AnswerFile {
    if (this.#problems.length > 0) throw toRefused(this.#name, this.#problems)
    return { answers: this.#answers, blank: this.#blank }
  }
}

const PROBLEMS_NAMED = 20

/** A file of answers of which nothing was taken, with what is wrong line by line. */
export function toRefused(name: string, problems: readonly string[]): AecoderError {
  const more = problems.length - PROBLEMS_NAMED
  return new AecoderError('ANSWERS_INVALID', {
    where: name,
    found: [...problems.slice(0, PROBLEMS_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join('; '),
    expected: 'answers to site queries that were sent, one each',
    action: 'Mend these lines and bring the file again: nothing of it was taken',
  })
}

function isMoment(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(text) &&
    !Number.isNaN(Date.parse(text.slice(0, 10)))
  )
}
