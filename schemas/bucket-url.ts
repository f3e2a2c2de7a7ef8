/** `s3://bucket/prefix` as text. Knows how it is written; speaks to no bucket. */
import { AecoderError } from './errors.ts'

/** Where in which bucket. The prefix has no slash at either end, and is empty for the whole bucket. */
export interface BucketUrl {
  readonly bucket: string
  readonly prefix: string
}

/** Whether a path means a bucket, well written or not. */
export function isBucketUrl(path: string): boolean {
  return /^s3:/i.test(path)
}

/** @throws AecoderError CONFIG_INVALID */
export function parseBucketUrl(url: string): BucketUrl {
  const { fault, ...parts } = readBucketUrl(url)
  if (fault === undefined) return parts
  throw new AecoderError('CONFIG_INVALID', {
    where: 's3://…',
    found: fault,
    expected: 's3://BUCKET/PREFIX',
    action: 'Correct the path',
  })
}

/** What is wrong with a path that means a bucket; undefined where nothing is. What it holds is not repeated where it may be a secret. */
export function findBucketUrlFault(url: string): string | undefined {
  return readBucketUrl(url).fault
}

function readBucketUrl(url: string): BucketUrl & { readonly fault?: string } {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(url) ?? []
  const prefix = rest.replace(/\/+$/, '')
  const parts = { bucket, prefix }
  // s3://KEY:SECRET@bucket is how some tools are given credentials: such a path must not be repeated in a message.
  if (/[@:]/.test(bucket))
    return { ...parts, fault: 'the bucket\'s name has "@" or ":" in it: credentials do not belong into a path' }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket))
    return { ...parts, fault: `${JSON.stringify(bucket.slice(0, 80))} is not the name of a bucket` }
  if (prefix !== '' && prefix.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return { ...parts, fault: `${JSON.stringify(prefix.slice(0, 80))} has an empty part, "." or ".." in it` }
  return parts
}
