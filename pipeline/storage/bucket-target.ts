/** Names below a prefix as keys of its bucket. */
import type { BucketUrl } from '../../schemas/bucket-url.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { ObjectPlace } from './bucket-errors.ts'
import type { BucketSettings } from './bucket-settings.ts'

/** A prefix of a bucket, and how it is reached. */
export interface BucketPlace extends BucketUrl {
  readonly settings: BucketSettings
}

/** An object: its name for messages, its key for the server. */
export interface Target extends ObjectPlace {
  readonly name: string
  readonly key: string
  readonly settings: BucketSettings
}

/** @throws AecoderError CONFIG_INVALID for a name that leads out of the prefix */
export function toTarget(place: BucketPlace, name: string): Target {
  const where = toWhere(place)
  if (name.includes('\0') || name.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw new AecoderError('CONFIG_INVALID', {
      where,
      found: `${JSON.stringify(name)} is not the name of a file in this place`,
      expected: 'a relative name with / between its parts, without . and ..',
      action: 'Correct the name',
    })
  return { ...toPlace(place), where: `${where}/${name}`, name, key: toPrefix(place) + name }
}

/** The place itself, for messages about all of it. */
export function toPlace(place: BucketPlace): ObjectPlace & { readonly settings: BucketSettings } {
  const { bucket, settings } = place
  return { where: toWhere(place), bucket, endpoint: settings.endpoint, settings }
}

export function toWhere({ bucket, prefix }: BucketUrl): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`
}

/** What all keys of the place begin with. */
export function toPrefix({ prefix }: BucketUrl): string {
  return prefix === '' ? '' : `${prefix}/`
}
