/** What stands below a prefix: objects and unfinished uploads, page by page; and taking them away. */
import type { _Object, ListPartsCommandOutput } from '@aws-sdk/client-s3'
import { connect } from './bucket-client.ts'
import { isMissing, isNotOffered, type ObjectPlace, toAnswer, toBucketError, toStrangeServer } from './bucket-errors.ts'
import type { BucketSettings } from './bucket-settings.ts'

/** Where to look: a bucket, and what the keys begin with. */
export interface Under extends ObjectPlace {
  readonly settings: BucketSettings
  readonly prefix: string
}

export interface ListedObject {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970, by the server's clock. */
  readonly modified: number
  /** With its quotes. */
  readonly etag: string
}

export interface ListedUpload {
  readonly key: string
  readonly uploadId: string
  readonly initiated: number
}

/** Keys a request may delete. */
const DELETED_AT_ONCE = 1000

/** All objects whose key begins with the prefix, in pages. */
export async function* listObjects(under: Under): AsyncGenerator<readonly ListedObject[]> {
  for await (const { Contents = [] } of pages(under, {})) yield toListed(Contents)
}

function toListed(contents: readonly _Object[]): ListedObject[] {
  return contents.flatMap(({ Key, Size = 0, LastModified, ETag = '' }) =>
    Key === undefined ? [] : [{ key: Key, size: Size, modified: LastModified?.getTime() ?? 0, etag: ETag }],
  )
}

/** The object whose key is the prefix itself. */
export async function findListed(under: Under): Promise<ListedObject | undefined> {
  // Of all keys that begin with it, it is the first.
  for await (const { Contents = [] } of pages(under, { MaxKeys: 1 })) {
    const [first] = toListed(Contents)
    return first?.key === under.prefix ? first : undefined
  }
  return undefined
}

/** What stands right below the prefix up to the next `/`, without that. */
export async function listBelow(under: Under): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { CommonPrefixes = [] } of pages(under, { Delimiter: '/' }))
    for (const { Prefix } of CommonPrefixes) if (Prefix !== undefined) names.push(Prefix.slice(under.prefix.length, -1))
  return names
}

async function* pages(under: Under, given: { readonly Delimiter?: string; readonly MaxKeys?: number }) {
  const { s3, sdk } = await connect(under.settings)
  let token: string | undefined
  do {
    const page = await s3
      .send(
        new sdk.ListObjectsV2Command({
          Bucket: under.bucket,
          Prefix: under.prefix,
          ...given,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      .catch((error: unknown) => {
        throw toBucketError(error, under, 'listed')
      })
    yield page
    token = toNext(page.IsTruncated, { before: token, next: page.NextContinuationToken, under })
  } while (token !== undefined)
}

/**
 * Where the next page begins; undefined after the last one.
 * @throws AecoderError BUCKET_FAILED where there is more and no way to it: half a list would pass for all there is
 */
function toNext(
  isTruncated: boolean | undefined,
  { before, next, under }: { before: string | undefined; next: string | undefined; under: ObjectPlace },
): string | undefined {
  if (isTruncated !== true) return undefined
  if (next !== undefined && next !== '' && next !== before) return next
  throw toStrangeServer(under, 'a part of a list, and not where it goes on')
}

/** Uploads that were begun and neither finished nor aborted. None where nobody lets us know: they are only untidy. */
export async function listUploads(under: Under): Promise<readonly ListedUpload[]> {
  const { s3, sdk } = await connect(under.settings)
  const found: ListedUpload[] = []
  let next: { KeyMarker: string; UploadIdMarker: string | undefined } | undefined
  do {
    try {
      const page = await s3.send(
        new sdk.ListMultipartUploadsCommand({ Bucket: under.bucket, Prefix: under.prefix, ...next }),
      )
      for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
        if (Key?.startsWith(under.prefix) && UploadId !== undefined)
          found.push({ key: Key, uploadId: UploadId, initiated: Initiated?.getTime() ?? 0 })
      const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page
      const isSame = NextKeyMarker === next?.KeyMarker && NextUploadIdMarker === next?.UploadIdMarker
      const KeyMarker = toNext(IsTruncated, { before: undefined, next: isSame ? undefined : NextKeyMarker, under })
      next = KeyMarker === undefined ? undefined : { KeyMarker, UploadIdMarker: NextUploadIdMarker }
    } catch (error) {
      if (isNotOffered(error)) return found
      throw toBucketError(error, under, 'listed')
    }
  } while (next !== undefined)
  return found
}

/**
 * When the last byte below the prefix was written, by the server's clock: milliseconds since 1970, 0 where nothing is;
 * Infinity where somebody is at it right now.
 */
export async function findLastWrite(under: Under): Promise<number> {
  let last = 0
  for await (const page of listObjects(under)) for (const { modified } of page) last = Math.max(last, modified)
  for (const upload of await listUploads(under)) last = Math.max(last, await findLastPart(under, upload))
  return last
}

/** A large file is one upload for hours: what counts is its newest part. */
export async function findLastPart(under: Under, { key, uploadId, initiated }: ListedUpload): Promise<number> {
  const { s3, sdk } = await connect(under.settings)
  let last = initiated
  let marker: string | undefined
  do {
    const page = await s3
      .send(
        new sdk.ListPartsCommand({
          Bucket: under.bucket,
          Key: key,
          UploadId: uploadId,
          ...(marker === undefined ? {} : { PartNumberMarker: marker }),
        }),
      )
      .catch((error: unknown): Partial<ListPartsCommandOutput> | undefined => {
        // Finished or aborted since it was listed: somebody is at it right now.
        if (toAnswer(error).code === 'NoSuchUpload' || isMissing(error)) return undefined
        if (isNotOffered(error)) return {}
        throw toBucketError(error, under, 'listed')
      })
    if (page === undefined) return Infinity
    for (const { LastModified } of page.Parts ?? []) last = Math.max(last, LastModified?.getTime() ?? 0)
    marker = toNext(page.IsTruncated, { before: marker, next: page.NextPartNumberMarker, under })
  } while (marker !== undefined)
  return last
}

/** Takes one object away. */
export async function removeObject({
  settings,
  key,
  ...place
}: ObjectPlace & Pick<Under, 'settings'> & { key: string }) {
  const { s3, sdk } = await connect(settings)
  await s3.send(new sdk.DeleteObjectCommand({ Bucket: place.bucket, Key: key })).catch((error: unknown) => {
    throw toBucketError(error, place, 'removed')
  })
}

/** Takes an unfinished upload back; one that is gone already is well. */
export async function abortUpload(under: Under, { key, uploadId }: ListedUpload): Promise<void> {
  const { s3, sdk } = await connect(under.settings)
  await s3
    .send(new sdk.AbortMultipartUploadCommand({ Bucket: under.bucket, Key: key, UploadId: uploadId }))
    .catch((error: unknown) => {
      if (toAnswer(error).code !== 'NoSuchUpload') throw toBucketError(error, under, 'removed')
    })
}

/** Takes away all objects below the prefix and all uploads that were not finished. */
export async function removeBelow(under: Under): Promise<void> {
  const { s3, sdk } = await connect(under.settings)
  try {
    for (const upload of await listUploads(under)) await abortUpload(under, upload)
    for await (const page of listObjects(under))
      for (let at = 0; at < page.length; at += DELETED_AT_ONCE) {
        const Objects = page.slice(at, at + DELETED_AT_ONCE).map(({ key }) => ({ Key: key }))
        const { Errors = [] } = await s3.send(
          new sdk.DeleteObjectsCommand({ Bucket: under.bucket, Delete: { Objects, Quiet: true } }),
        )
        const [refused] = Errors
        if (refused !== undefined)
          throw Object.assign(new Error(), { name: refused.Code ?? '', $metadata: { httpStatusCode: 403 } })
      }
  } catch (error) {
    throw toBucketError(error, under, 'removed')
  }
}

/** The time by the server's clock, which is the one that says when something was written: this machine's may be days off. */
export async function readServerTime({ settings }: Pick<Under, 'settings'>): Promise<number> {
  const { s3 } = await connect(settings)
  // The SDK keeps it from the answers that it gets, and signs by it.
  return Date.now() + s3.config.systemClockOffset
}
