import { defineConfig } from 'vitest/config'
import { hasRadosgw } from './test/bucket/radosgw.ts'

/** Tests that need an S3 server: left out where it cannot be started, but never by CI, where they then fail. */
const NEED_SERVER = 'test/bucket/**/*.test.ts'
const isLeftOut = !process.env.CI && !hasRadosgw()

export default defineConfig({
  test: {
    reporters: [
      'default',
      [
        './.ci/closing-line.ts',
        isLeftOut
          ? { leftOut: `${NEED_SERVER}: no S3 server here (Debian: ceph-mon ceph-osd radosgw ceph-common)` }
          : {},
      ],
    ],
    // A test of a dozen commands takes a minute on a machine that does something else besides: the
    // limit catches what hangs, it does not measure.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: [
      { extends: true, test: { name: 'main', include: ['test/**/*.test.ts'], exclude: [NEED_SERVER] } },
      ...(isLeftOut
        ? []
        : [
            {
              extends: true as const,
              test: { name: 'bucket', include: [NEED_SERVER], globalSetup: ['test/bucket/global-setup.ts'] },
            },
          ]),
    ],
  },
})
