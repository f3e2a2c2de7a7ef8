import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { joinPlace, resolvePlace, splitPlace } from '../../pipeline/storage/place.ts'

test('a path on disk is meant from a folder, a bucket from nowhere', () => {
  expect(resolvePlace('/studies/a', 'out')).toBe(resolve('/studies/a/out'))
  expect(resolvePlace('/studies/a', 's3://bucket/out/')).toBe('s3://bucket/out')
})

test('places are joined and split as what they are', () => {
  expect(joinPlace('/studies', 'runs', '1')).toBe(join('/studies', 'runs', '1'))
  expect(joinPlace('s3://bucket/out/', 'runs', '1')).toBe('s3://bucket/out/runs/1')
  expect(splitPlace('/studies/a.csv')).toEqual({ folder: '/studies', name: 'a.csv' })
  expect(splitPlace('s3://bucket/in/a.csv')).toEqual({ folder: 's3://bucket/in', name: 'a.csv' })
  expect(splitPlace('s3://bucket/a.csv')).toEqual({ folder: 's3://bucket', name: 'a.csv' })
  expect(splitPlace('s3://bucket/')).toEqual({ folder: 's3://bucket', name: '' })
})
