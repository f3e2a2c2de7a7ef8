import { describe, expect, test } from 'vitest'
import { parseCrfDate } from '../../pipeline/ingest/dates.ts'

const UNDERSTOOD: readonly (readonly [text: string, iso: string | null])[] = [
  // ISO 8601, whole and partial
  ['2020-05-31', '2020-05-31'],
  [' 2020-05-31\u00a0', '2020-05-31'],
  ['2020-05', '2020-05'],
  ['2020', '2020'],
  ['2020-5-1', '2020-05-01'],
  ['2020/05/31', '2020-05-31'],
  ['2003---15', '2003---15'],
  ['2003-12-15T13:15:17', '2003-12-15T13:15:17'],
  ['2003-12-15 13:15', '2003-12-15T13:15'],
  ['2003-12-15T13', '2003-12-15T13'],
  ['2020-05-31T10:30:05.5+02:00', '2020-05-31T10:30:05.5+02:00'],
  ['2020-05-31T--:--', '2020-05-31'],
  ['2020-05-31 UN:UN', '2020-05-31'],
  // the month by name
  ['01 JAN 2008', '2008-01-01'],
  ['1-Jan-2008', '2008-01-01'],
  ['01/JAN/2008', '2008-01-01'],
  ['01JAN2008', '2008-01-01'],
  ['01JAN2008:13:15:00', '2008-01-01T13:15:00'],
  ['January 5, 2020', '2020-01-05'],
  ['Sept 2019', '2019-09'],
  ['29 Feb 2024', '2024-02-29'],
  // days that were stored as moments
  ['2024-01-05T00:00:00', '2024-01-05'],
  ['2024-01-05 00:00:00.000', '2024-01-05'],
  ['2024-01-05T00:00:00Z', '2024-01-05'],
  ['05JAN2024:00:00:00', '2024-01-05'],
  ['1/15/2008 12:00:00 AM', '2008-01-15'],
  ['2024-01-05T00:00', '2024-01-05T00:00'],
  ['2024-01-05T12:00:00', '2024-01-05T12:00:00'],
  ['2024-01-05T00:00:01', '2024-01-05T00:00:01'],
  // figures only
  ['20190415', '2019-04-15'],
  ['25/12/2020', '2020-12-25'],
  ['12/25/2020', '2020-12-25'],
  ['15.09.2020', '2020-09-15'],
  ['05/05/2020', '2020-05-05'],
  ['05/2020', '2020-05'],
  ['1/15/2008 1:15 PM', '2008-01-15T13:15'],
  // parts marked as unknown
  ['UN UNK 2019', '2019'],
  ['20 UNK 2019', '2019---20'],
  ['UN-JAN-2019', '2019-01'],
  ['UK-05-2020', '2020-05'],
  ['2020-NK-NK', '2020'],
  ['NK-May-2020', '2020-05'],
  ['UN/UNK/2024', '2024'],
  ['UN--2024', '2024'],
  ['UNUNK2019', '2019'],
  ['01 NNN 2008', '2008---01'],
  ['XX/XX/2020', '2020'],
  ['--/05/2020', '2020-05'],
  ['-- --- 2020', '2020'],
  ['2020-UN-UN', '2020'],
  ['25/UN/2020', '2020---25'],
  ['UNK-MAY-2026', '2026-05'],
  ['2026----15', '2026---15'],
  ['99/99/2026', '2026'],
  ['00-05-2020', '2020-05'],
  ['99 JAN 2020', '2020-01'],
  ['20260599', '2026-05'],
  ['20260000', '2026'],
  ['01 JAN UNK', '--01-01'],
  ['UNK', null],
  ['UN-UNK-UNK', null],
  ['', null],
  ['  ', null],
]

const NOT_UNDERSTOOD: readonly (readonly [text: string, why: string])[] = [
  ['31-FEB-2026', 'no such day'],
  ['29-FEB-2023', 'no leap year'],
  ['2020-04-31', 'no such day'],
  ['2020-13-01', 'no such month'],
  ['32-05-2020', 'no such day'],
  ['15/05/99', 'two digits are no year, nor an unknown one'],
  ['05/99/2020', 'a day or a month'],
  ['99', 'no year'],
  ['15-Sep-20', 'two digits are no year'],
  ['01/02/03', 'two digits are no year'],
  ['05/06/2020', 'day or month first'],
  ['05/UN/2020', 'a day or a month'],
  ['0219-05-01', 'a typing error'],
  ['201904', 'a year and a month, or a day, a month and two digits'],
  ['15042019', 'eight figures begin with the year'],
  ['2020-05-31T25:00', 'no such hour'],
  ['2020-05 10:30', 'a time of a day that is not known'],
  ['2020-05-', 'something is missing'],
  ['12 Dec', 'no year'],
  ['2003-12-01/2003-12-10', 'two dates'],
  ['last week', 'words'],
  ['NA', 'none of the words for unknown'],
]

describe('a date on a CRF', () => {
  test.each(UNDERSTOOD)('%j is understood as %j', (text, iso) => {
    expect(parseCrfDate(text)).toEqual({ iso, isUnderstood: true })
  })

  test.each(NOT_UNDERSTOOD)('%j is not understood: %s', (text) => {
    expect(parseCrfDate(text)).toEqual({ iso: null, isUnderstood: false })
  })

  test.each([
    ['05/06/2020', 'dmy', '2020-06-05'],
    ['05/06/2020', 'mdy', '2020-05-06'],
    ['05/UN/2020', 'mdy', '2020-05'],
    ['05/UN/2020', 'dmy', '2020---05'],
    ['2020-05-06', 'dmy', '2020-05-06'],
    ['01 NNN 2008', 'mdy', '2008---01'],
  ] as const)('%j is read in the order the study declares: %s', (text, order, iso) => {
    expect(parseCrfDate(text, { order })).toEqual({ iso, isUnderstood: true })
  })

  test('a date that contradicts the declared order is not turned round', () => {
    expect(parseCrfDate('25/06/2020', { order: 'mdy' })).toEqual({ iso: null, isUnderstood: false })
  })
})
