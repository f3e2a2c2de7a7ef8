/** How buckets are reached: study.json's settings, the environment over them. Credentials are none of its business. */
import { AecoderError } from '../../schemas/errors.ts'
import { type BucketConfig, findEndpointFault } from '../../schemas/study.ts'

/** Settings with every default filled in. What is left out is the AWS SDK's own to find. */
export interface BucketSettings extends BucketConfig {
  readonly requests: number
  readonly abandonedHours: number
  /** Milliseconds without a byte after which a connection counts as broken. */
  readonly patience: number
  /** How often one request is tried. */
  readonly attempts: number
}

export const BUCKET_DEFAULTS: BucketSettings = { requests: 8, abandonedHours: 24, patience: 30_000, attempts: 6 }

/**
 * AECODER_S3_ENDPOINT, _REGION, _FORCE_PATH_STYLE, _CHECKSUMS, _REQUESTS and _ABANDONED_HOURS go over study.json's.
 * @throws AecoderError CONFIG_INVALID for a variable that says nothing sensible
 */
export function toBucketSettings(
  config: BucketConfig,
  env: { readonly [name: string]: string | undefined },
): BucketSettings {
  const read = <T>(name: string, parse: (text: string) => T | undefined, expected: string): T | undefined => {
    const text = env[`AECODER_S3_${name}`]
    if (text === undefined || text === '') return undefined
    const value = parse(text)
    if (value !== undefined) return value
    // An endpoint may hold what nobody should see.
    const found = name === 'ENDPOINT' ? 'no endpoint' : JSON.stringify(text.slice(0, 40))
    throw new AecoderError('CONFIG_INVALID', { where: `AECODER_S3_${name}`, found, expected })
  }
  const given = {
    endpoint: read(
      'ENDPOINT',
      (text) => (findEndpointFault(text) === undefined ? text : undefined),
      'a URL without credentials',
    ),
    region: read('REGION', (text) => (/^[A-Za-z0-9-]+$/.test(text) ? text : undefined), 'the name of a region'),
    forcePathStyle: read(
      'FORCE_PATH_STYLE',
      (text) => ({ true: true, false: false })[text.toLowerCase()],
      'true or false',
    ),
    checksums: read(
      'CHECKSUMS',
      (text) => (['when-supported', 'when-required'] as const).find((one) => one === text),
      'when-supported or when-required',
    ),
    requests: read('REQUESTS', (text) => toNumber(text, { from: 1, to: 64 }), 'a whole number from 1 to 64'),
    abandonedHours: read(
      'ABANDONED_HOURS',
      (text) => toNumber(text, { from: 0, to: 8760 }),
      'a whole number of hours up to 8760',
    ),
  }
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...BUCKET_DEFAULTS, ...config, ...stated }
}

function toNumber(text: string, { from, to }: { from: number; to: number }): number | undefined {
  const number = Number(text)
  return /^\d+$/.test(text) && number >= from && number <= to ? number : undefined
}
