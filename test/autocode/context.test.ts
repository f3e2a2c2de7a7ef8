/** The context check, rule by rule. */
import { describe, expect, test } from 'vitest'
import type { CodeLimits } from '../../dictionaries/dictionary.ts'
import { canContradict, findContradiction, type OccurrenceFacts } from '../../pipeline/autocode/context.ts'

const NOTHING_KNOWN: OccurrenceFacts = { sex: null, birthYear: null, start: null }
const YEAR_2025 = { from: '2025-01-01', to: '2025-12-31' }
const find = (facts: Partial<OccurrenceFacts>, limits: CodeLimits, period?: { from: string; to: string }) =>
  findContradiction({ ...NOTHING_KNOWN, ...facts }, { limits, period })

test('what is not known of a subject is held against nobody', () => {
  expect(find({}, { sex: 'M', age: { from: 18 }, valid: [YEAR_2025] })).toBeUndefined()
})

test('the sex contradicts where it is known and another', () => {
  expect(find({ sex: 'F' }, { sex: 'M' })).toBe('only men can have it, the subject is female')
  expect(find({ sex: 'M' }, { sex: 'F' })).toBe('only women can have it, the subject is male')
  expect(find({ sex: 'F' }, { sex: 'F' })).toBeUndefined()
})

describe('the age in the year of the start', () => {
  // Born in 2000: 17 or 18 in 2018, whatever the birthday.
  const cases: [start: string | null, age: CodeLimits['age'], says: string | undefined][] = [
    ['2018-05', { from: 18 }, undefined],
    ['2018-05', { to: 17 }, undefined],
    ['2017-05', { from: 18 }, 'it occurs at an age of 18 or more, the subject was 16 or 17'],
    ['2019', { to: 17 }, 'it occurs at an age of 17 or less, the subject was 18 or 19'],
    ['2019', { from: 2, to: 17 }, 'it occurs at an age of 2 to 17, the subject was 18 or 19'],
    ['2000', { from: 1 }, 'it occurs at an age of 1 or more, the subject was 0'],
    ['1999', { from: 1 }, undefined],
    [null, { from: 40 }, undefined],
    ['--05-31', { from: 40 }, undefined],
  ]
  test.each(cases)('start %s, age %o: %s', (start, age, says) => {
    expect(find({ birthYear: 2000, start }, age === undefined ? {} : { age })).toBe(says)
  })
})

describe('the day of the start', () => {
  const valid = [
    { from: '2020-10-01', to: '2021-09-30' },
    { from: '2022-10-01', to: '2023-09-30' },
  ]
  const period = { from: '2020-10-01', to: '2024-09-30' }
  const said = 'valid 2020-10-01 to 2021-09-30, 2022-10-01 to 2023-09-30'
  const cases: [start: string | null, says: string | undefined][] = [
    ['2020-10-01', undefined],
    ['2021-09-30T23:59', undefined],
    ['2021-10-01', `it was not valid on 2021-10-01 (${said})`],
    ['2021-12', `it was not valid between 2021-12-01 and 2021-12-31 (${said})`],
    // One of its days will do.
    ['2021-09', undefined],
    ['2021', undefined],
    // Before the dictionary's time counts as its first day, after it as its last, like no date at all.
    ['1998-02-03', undefined],
    ['2026-01-01', `it was not valid on 2024-09-30 (${said})`],
    [null, `it was not valid on 2024-09-30 (${said})`],
  ]
  test.each(cases)('%s: %s', (start, says) => {
    expect(find({ start }, { valid }, period)).toBe(says)
  })

  test('without a last day of the dictionary a missing date says nothing', () => {
    expect(find({}, { valid })).toBeUndefined()
    expect(find({ start: '2021-12-01' }, { valid })).toBe(`it was not valid on 2021-12-01 (${said})`)
    expect(find({ start: '2021-12-01' }, { valid: [] })).toBe('it was not valid on 2021-12-01 (valid never)')
    expect(find({ start: '2021-12-01' }, { valid: [{ from: '2022-01-01' }] })).toBe(
      'it was not valid on 2021-12-01 (valid from 2022-01-01)',
    )
    expect(find({ start: '2021-12-01' }, { valid: [{ to: '2021-11-30' }] })).toBe(
      'it was not valid on 2021-12-01 (valid until 2021-11-30)',
    )
  })
})

test('a code that is valid all the time its dictionary speaks for can contradict no date', () => {
  const period = { from: '2020-10-01', to: '2024-09-30' }
  expect(canContradict({ valid: [period] }, period)).toBe(false)
  expect(canContradict({ valid: [{ from: '2020-01-01' }] }, period)).toBe(false)
  expect(canContradict({ valid: [{ from: '2020-10-02' }] }, period)).toBe(true)
  expect(canContradict({ valid: [{ to: '2024-09-29' }] }, period)).toBe(true)
  expect(canContradict({ valid: [{ from: '2020-10-01' }] })).toBe(true)
  expect(canContradict({ sex: 'F' }, period)).toBe(true)
  expect(canContradict({ age: { to: 17 } }, period)).toBe(true)
  expect(canContradict({}, period)).toBe(false)
})
