import { expect, test } from 'vitest'
import { findBucketUrlFault, isBucketUrl, parseBucketUrl } from '../../schemas/bucket-url.ts'

test.each([
  ['s3://bucket', { bucket: 'bucket', prefix: '' }],
  ['s3://bucket/', { bucket: 'bucket', prefix: '' }],
  ['s3://bucket/a/b c/ä', { bucket: 'bucket', prefix: 'a/b c/ä' }],
  ['s3://my.bucket-1/a/', { bucket: 'my.bucket-1', prefix: 'a' }],
  ['S3://Old_Bucket/a?b#c', { bucket: 'Old_Bucket', prefix: 'a?b#c' }],
])('%s is a bucket and a prefix', (url, expected) => {
  expect(isBucketUrl(url)).toBe(true)
  expect(parseBucketUrl(url)).toEqual(expected)
})

test.each([
  ['s3:', /"" is not the name of a bucket/],
  ['s3:/bucket/a', /is not the name of a bucket/],
  ['s3://b/a', /"b" is not the name/],
  ['s3://bucket/a//b', /"a\/\/b" has an empty part/],
  ['s3://bucket/../b', /"\.\.\/b" has an empty part, "\." or "\.\."/],
])('%s is told what is wrong with it', (url, fault) => {
  expect(findBucketUrlFault(url)).toMatch(fault)
  expect(() => parseBucketUrl(url)).toThrow(fault)
})

test('a path that holds credentials is not repeated', () => {
  const fault = findBucketUrlFault('s3://AKIAKEY:SECRET@bucket/a')
  expect(fault).toMatch(/credentials do not belong/)
  expect(fault).not.toMatch(/AKIAKEY|SECRET/)
})

test.each(['bucket/a', '/s3://a', 'C:\\a', './s3:/x', 'https://s3.example.org/bucket'])('%s is no bucket', (path) => {
  expect(isBucketUrl(path)).toBe(false)
})
