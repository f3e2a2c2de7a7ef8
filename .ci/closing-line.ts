import type { Reporter, TestModule } from 'vitest/node'

/** Ends the test run with one plain line that a machine can read: `N passed, N failed, N skipped`. */
export default class ClosingLine implements Reporter {
  readonly #leftOut: string | undefined

  /** @param options.leftOut what this machine cannot test, and why: told in a line before the last */
  constructor({ leftOut }: { readonly leftOut?: string } = {}) {
    this.#leftOut = leftOut
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const module of modules) for (const test of module.children.allTests()) count[test.result().state]++
    // A file that does not even load has no failed test of its own; neither has an error outside any test.
    const broken = modules.filter((module) => module.state() === 'failed' && count.failed === 0).length
    const failed = count.failed + broken + unhandledErrors.length
    if (this.#leftOut !== undefined) process.stdout.write(`Left out: ${this.#leftOut}\n`)
    process.stdout.write(`${count.passed} passed, ${failed} failed, ${count.skipped + count.pending} skipped\n`)
  }
}
