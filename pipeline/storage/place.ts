/** Places as text: a path on disk or `s3://bucket/prefix`. Asks neither. */
import { basename, dirname, join, resolve } from 'node:path'
import { isBucketUrl } from '../../schemas/bucket-url.ts'

/** The place a path means when it is read from a folder on disk; a bucket is the same from everywhere. */
export function resolvePlace(folder: string, path: string): string {
  return isBucketUrl(path) ? toBare(path) : resolve(folder, path)
}

/** The place below a place. */
export function joinPlace(place: string, ...names: readonly string[]): string {
  return isBucketUrl(place) ? [toBare(place), ...names].join('/') : join(place, ...names)
}

/** A file's folder and its name there. */
export function splitPlace(place: string): { readonly folder: string; readonly name: string } {
  if (!isBucketUrl(place)) return { folder: dirname(place), name: basename(place) }
  const bare = toBare(place)
  const cut = bare.lastIndexOf('/')
  // s3://bucket alone has no file in it: the bucket's own name is nobody's file.
  return cut < 's3://'.length ? { folder: bare, name: '' } : { folder: bare.slice(0, cut), name: bare.slice(cut + 1) }
}

function toBare(url: string): string {
  return url.replace(/\/+$/, '')
}
