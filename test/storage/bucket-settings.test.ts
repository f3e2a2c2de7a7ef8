import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BUCKET_DEFAULTS, toBucketSettings } from '../../pipeline/storage/bucket-settings.ts'
import { openStorage } from '../../pipeline/storage/open-storage.ts'

test('the environment goes over study.json, and that over what is usual', () => {
  const config = { endpoint: 'https://s3.example.org', region: 'eu-central-1', requests: 2 } as const
  const env = {
    AECODER_S3_ENDPOINT: 'http://127.0.0.1:9000',
    AECODER_S3_FORCE_PATH_STYLE: 'TRUE',
    AECODER_S3_CHECKSUMS: 'when-required',
    AECODER_S3_REQUESTS: '3',
    AECODER_S3_ABANDONED_HOURS: '0',
    AECODER_S3_REGION: '',
  }
  expect(toBucketSettings(config, env)).toEqual({
    ...BUCKET_DEFAULTS,
    endpoint: 'http://127.0.0.1:9000',
    region: 'eu-central-1',
    forcePathStyle: true,
    checksums: 'when-required',
    requests: 3,
    abandonedHours: 0,
  })
  expect(toBucketSettings({}, {})).toEqual(BUCKET_DEFAULTS)
})

test.each([
  ['ENDPOINT', 'https://key:AKIASECRET@host'],
  ['ENDPOINT', 'host:9000'],
  ['REGION', 'a region'],
  ['FORCE_PATH_STYLE', 'yes'],
  ['CHECKSUMS', 'never'],
  ['REQUESTS', '0'],
  ['REQUESTS', '1.5'],
  ['ABANDONED_HOURS', '-1'],
])('AECODER_S3_%s=%s is refused by name, and an endpoint is not repeated', (name, value) => {
  const read = () => toBucketSettings({}, { [`AECODER_S3_${name}`]: value })
  expect(read).toThrow(`AECODER_S3_${name}: `)
  expect(read).not.toThrow('AKIASECRET')
})

test('opening a bucket asks nobody, and the AWS SDK is loaded with the first request only', () => {
  expect(openStorage('s3://some-bucket/prefix').where).toBe('s3://some-bucket/prefix')
  const room = join(import.meta.dirname, '../../pipeline/storage')
  const loaded = readdirSync(room).flatMap((name) =>
    readFileSync(join(room, name), 'utf8')
      .split('\n')
      .filter((line) => /^import (?!type ).*from '(?:@aws-sdk\/|p-queue)/.test(line))
      .map((line) => `${name}: ${line}`),
  )
  expect(loaded).toEqual([])
})
