/** The one door to places that hold files: a folder on disk, or a prefix of a bucket. */
import { isBucketUrl } from '../../schemas/bucket-url.ts'
import type { SourceFile, Storage } from '../../schemas/files.ts'
import type { BucketConfig } from '../../schemas/study.ts'
import { openBucket } from './bucket.ts'
import { toBucketSettings } from './bucket-settings.ts'
import { openFolder } from './folder.ts'
import { splitPlace } from './place.ts'

/**
 * Opens a place. Nothing is asked of a bucket, and nothing of the AWS SDK is loaded, before the first file is.
 * @param place a path on disk, or `s3://bucket/prefix`
 * @param config what study.json says of buckets; AECODER_S3_… variables go over it
 * @throws AecoderError CONFIG_INVALID for a place or settings that cannot be
 */
export function openStorage(place: string, config?: BucketConfig): Storage {
  if (!isBucketUrl(place)) return openFolder(place)
  return openBucket(place, toBucketSettings(config ?? {}, process.env))
}

/** One file, wherever it lies; it is named by the last part of its place. */
export function openFile(place: string, config?: BucketConfig): SourceFile {
  const { folder, name } = splitPlace(place)
  return openStorage(folder, config).file(name)
}
