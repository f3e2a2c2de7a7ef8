/** One S3 server for all tests of buckets; it runs only when one of them does. */
import type { TestProject } from 'vitest/node'
import { type S3Server, startRadosgw } from './radosgw.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly s3Server: S3Server
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startRadosgw()
  project.provide('s3Server', server)
  return stop
}
