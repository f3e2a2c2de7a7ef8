/**
 * Which versions are released and must never change again: releases.txt, a hash for each.
 * Knows that file and how a folder is hashed; knows nothing of what a folder holds.
 */
import { compareCodeUnits, toSha256 } from '../../schemas/content-id.ts'
import { addFault, type Faults, type Place } from './source-format.ts'

export const RELEASES_FILE = 'releases.txt'

/** Frozen versions by their names. */
export type Releases = ReadonlyMap<string, { readonly sha256: string; readonly place: Place }>

/** Reads lines `0.1 sha256 <64 hexadecimal digits>`, comments after `#`. */
export function parseReleases(text: string, faults: Faults): Releases {
  const releases = new Map<string, { sha256: string; place: Place }>()
  text.split('\n').forEach((written, index) => {
    const place = { file: RELEASES_FILE, line: index + 1 }
    const line = written.replace(/#.*$/, '').trim()
    if (line === '') return
    const [, version, sha256] = /^(\d+\.\d+) sha256 ([0-9a-f]{64})$/.exec(line) ?? []
    if (version === undefined || sha256 === undefined) {
      addFault(faults, place, { found: `"${line}"`, expected: '"<version> sha256 <64 hexadecimal digits>"' })
    } else if (releases.has(version)) {
      addFault(faults, place, { found: `version ${version} again`, expected: 'each version once' })
    } else releases.set(version, { sha256, place })
  })
  return releases
}

/** The text of releases.txt with one more version. */
export function withRelease(text: string, { version, sha256 }: { version: string; sha256: string }): string {
  const lines = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${lines}${version} sha256 ${sha256}\n`
}

/**
 * The hash of a folder's files: the SHA-256 of what `LC_ALL=C sha256sum *` prints in it, so that anybody can check it.
 * @param files name → bytes
 * @returns 64 hexadecimal digits
 */
export function toFolderHash(files: ReadonlyMap<string, Uint8Array>): string {
  const names = [...files.keys()].sort(compareCodeUnits)
  return toSha256(names.map((name) => `${toSha256(files.get(name) ?? '')}  ${name}\n`).join(''))
}
