/** What a server or the way to it answers, as an error that says what to do. Repeats no header, no key and no server's text. */
import { AecoderError } from '../../schemas/errors.ts'

/** What an object is called in messages, and where. */
export interface ObjectPlace {
  /** `s3://bucket/prefix/name` */
  readonly where: string
  readonly bucket: string
  readonly endpoint: string | undefined
}

/** What an error says of itself, without what the SDK hangs on it. */
export interface Answer {
  /** The server's word: `NoSuchKey`; or the SDK's or the system's: `TimeoutError`, `ECONNREFUSED`. */
  readonly code: string
  /** Undefined where no server answered. */
  readonly status: number | undefined
}

export function toAnswer(error: unknown): Answer {
  if (!(error instanceof Error)) return { code: '', status: undefined }
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  const system = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const code = status === undefined ? (system ?? error.name) : error.name
  return { code: /^\w{1,80}$/.test(code) ? code : '', status }
}

/** Whether nothing stands under that name; a bucket that is not there is another matter. */
export function isMissing(error: unknown): boolean {
  const { code, status } = toAnswer(error)
  return code === 'NoSuchKey' || (status === 404 && (code === 'NotFound' || code === ''))
}

/** Whether a condition on the object's state was not met, or could not be looked at because somebody writes it right now. */
export function isConditionFailed(error: unknown): boolean {
  const { code, status } = toAnswer(error)
  return status === 412 || code === 'PreconditionFailed' || code === 'ConditionalRequestConflict'
}

/** Whether the server does not let us, or does not know how: for what is well without. */
export function isNotOffered(error: unknown): boolean {
  const { code, status } = toAnswer(error)
  return status === 501 || code === 'NotImplemented' || code === 'AccessDenied'
}

const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired']
const UNKNOWN_KEY = ['InvalidAccessKeyId', 'InvalidToken', 'InvalidClientTokenId', 'UnrecognizedClientException']
const NO_CREDENTIALS = ['CredentialsProviderError', 'TokenProviderError']
const WRONG_REGION = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']
const WRONG_CHECKSUM = [
  'MissingContentLength',
  'XAmzContentSHA256Mismatch',
  'MissingContentMD5',
  'InvalidChecksum',
  'NotImplemented',
]
const TOO_FULL = ['QuotaExceeded', 'InsufficientCapacity', 'StorageFull', 'XMinioStorageFull', 'EntityTooLarge']
const CERTIFICATE = /CERT|SELF_SIGNED|EPROTO|ERR_TLS/

/**
 * @param doing what was tried, as a participle: `read`, `written`
 * @returns an AecoderError BUCKET_FAILED; others pass unchanged
 */
export function toBucketError(
  error: unknown,
  { where, bucket, endpoint }: ObjectPlace,
  doing: 'read' | 'written' | 'listed' | 'removed',
): unknown {
  if (error instanceof AecoderError) return error
  const { code, status } = toAnswer(error)
  const server = endpoint === undefined ? 'Amazon S3' : toHost(endpoint)
  const answer = [status, code].filter((word) => word !== undefined && word !== '').join(' ')
  // The error itself is not handed on: it carries the request with its signature.
  const fail = (found: string, action: string) => new AecoderError('BUCKET_FAILED', { where, found, action })
  const again = doing === 'written' ? 'then run again: nothing half-written stands' : 'then run again'

  if (NO_CREDENTIALS.includes(code))
    return fail(
      'no credentials were found',
      `Give them where the AWS SDK looks: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile (AWS_PROFILE, aws sso login), or the machine's role; ${again}`,
    )
  if (EXPIRED.includes(code)) return fail(`the credentials have expired (${answer})`, `Renew them, ${again}`)
  if (UNKNOWN_KEY.includes(code))
    return fail(`${server} does not know the credentials (${answer})`, `Check which profile is used, ${again}`)
  if (code === 'SignatureDoesNotMatch')
    return fail(`the secret does not fit the key (${answer})`, `Check the credentials, ${again}`)
  if (code === 'RequestTimeTooSkewed')
    return fail(`this machine's clock is wrong, says ${server} (${answer})`, `Set the clock, ${again}`)
  if (code === 'NoSuchBucket')
    return fail(
      `there is no bucket ${bucket} at ${server}`,
      `Check the bucket's name, "s3.endpoint" and "s3.region", ${again}`,
    )
  if (WRONG_REGION.includes(code) || status === 301 || status === 307)
    return fail(`the bucket is served elsewhere (${answer})`, `Set "s3.region", or "s3.endpoint", to its own, ${again}`)
  if (code === 'Error' && error instanceof Error && /region is missing/i.test(error.message))
    return fail('no region is named', 'Set "s3.region" in study.json, AECODER_S3_REGION or AWS_REGION')
  if (TOO_FULL.includes(code) || status === 507) return fail(`the bucket is full (${answer})`, `Make room, ${again}`)
  if (WRONG_CHECKSUM.includes(code) || status === 411)
    return fail(
      `${server} does not take requests as they are sent (${answer})`,
      `Set "s3": {"checksums": "when-required"} in study.json, ${again}`,
    )
  if (status === 401 || status === 403)
    return fail(
      `${server} does not allow it to be ${doing} (${answer})`,
      `Allow ${PERMISSIONS[doing]} on the bucket to these credentials, ${again}`,
    )
  if (status !== undefined && status >= 500)
    return fail(`${server} failed again and again (${answer})`, `Wait until it is well, ${again}`)
  if (code === 'KeyTooLongError')
    return fail(`the name is too long (${answer})`, 'Shorten the names or the prefix: a key may have 1024 bytes')
  if (status === 429) return fail(`${server} asks for fewer requests (${answer})`, `Lower "s3.requests", ${again}`)
  if (status !== undefined) return fail(`could not be ${doing} (${answer})`, `Check the settings under "s3", ${again}`)
  if (CERTIFICATE.test(code))
    return fail(`${server} cannot be trusted (${code})`, `Check "s3.endpoint" and its certificate, ${again}`)
  if (isConnectionFault(error))
    return fail(`no answer from ${server} (${code})`, `Check the network and "s3.endpoint", ${again}`)
  return error
}

/** What the credentials must be allowed to do. */
const PERMISSIONS = {
  read: 's3:GetObject and s3:ListBucket',
  written: 's3:PutObject, s3:GetObject and s3:AbortMultipartUpload',
  listed: 's3:ListBucket',
  removed: 's3:DeleteObject and s3:AbortMultipartUpload',
} as const

const CONNECTION_CODES =
  /^(?:E[A-Z_]+|TimeoutError|AbortError|NetworkingError|UND_ERR_\w+|HPE_\w+|ERR_STREAM_PREMATURE_CLOSE|ERR_SOCKET\w*)$/

function isConnectionFault(error: unknown): boolean {
  return CONNECTION_CODES.test(toAnswer(error).code)
}

function toHost(endpoint: string): string {
  return URL.parse(endpoint)?.host ?? 'the endpoint'
}

/** A server, or what stands before it, that answers what cannot be. */
export function toStrangeServer({ where }: Pick<ObjectPlace, 'where'>, what: string): AecoderError {
  return new AecoderError('BUCKET_FAILED', {
    where,
    found: `the server answered ${what}: it does not speak S3 as it must`,
    action: 'Check "s3.endpoint", and what stands between here and the server',
  })
}
