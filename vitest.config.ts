import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', '.ci/closing-line.ts'],
    // A test of a dozen commands takes a minute on a machine that does something else besides: the
    // limit catches what hangs, it does not measure.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})
