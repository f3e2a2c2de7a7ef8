/** The queue in a real browser: how long until its first screen stands, and until a jump has settled. Knows the page's list. */
import { openBrowser, sitDown } from '../e2e/browser.ts'

const ROUNDS = 7

export interface PageFigures {
  /** Milliseconds from the address to the first rows, of a person who is signed in; each round. */
  readonly firstScreen: readonly number[]
  /** Milliseconds from a jump of the scroll bar to the frame in which every row of the screen is there; each round. */
  readonly jump: readonly number[]
}

/** @param person the account of a coder */
export async function measurePage(origin: string, person: { name: string; password: string }): Promise<PageFigures> {
  const browser = await openBrowser()
  try {
    const { page } = await sitDown(browser, { origin, ...person, script: NOTE_FIRST_ROWS })
    const list = '.queue-list tbody tr td.times'
    await page.locator(list).first().waitFor()
    const firstScreen: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await page.reload()
      await page.locator(list).first().waitFor()
      firstScreen.push(Math.round(await page.evaluate(() => (globalThis as { firstRows?: number }).firstRows ?? -1)))
    }
    const jump: number[] = []
    for (let round = 0; round < ROUNDS; round++)
      jump.push(Math.round(await page.evaluate(jumpTo, (round * 0.618 + 0.37) % 1)))
    return { firstScreen, jump }
  } finally {
    await browser.close()
  }
}

/** Runs in the page before anything of it: notes the moment at which the list has rows with figures in them. */
const NOTE_FIRST_ROWS = `new MutationObserver((_, observer) => {
  if (document.querySelector('.queue-list tbody tr td.times') === null) return
  globalThis.firstRows = performance.now()
  observer.disconnect()
}).observe(document, { childList: true, subtree: true })`

/** Runs in the page: moves the scroll bar to a share of the list and waits until all rows in sight are there. */
async function jumpTo(share: number): Promise<number> {
  const page = globalThis as unknown as {
    readonly document: {
      querySelector(of: string): {
        scrollTop: number
        readonly scrollHeight: number
        readonly clientHeight: number
        querySelectorAll(of: string): Iterable<{ querySelector(of: string): unknown; readonly id: string }>
      }
    }
    requestAnimationFrame(run: () => void): void
  }
  const list = page.document.querySelector('.queue-list')
  const started = performance.now()
  const rowHeight = 34
  const top = Math.floor(share * (list.scrollHeight - list.clientHeight))
  list.scrollTop = top
  const first = Math.ceil(top / rowHeight)
  for (;;) {
    await new Promise<void>((resolve) => page.requestAnimationFrame(resolve))
    const rows = [...list.querySelectorAll('tbody tr')]
    const inSight = rows.filter(({ id }) => {
      const index = Number(id.slice('row-'.length))
      return index >= first && index < first + list.clientHeight / rowHeight - 2
    })
    const isSettled = inSight.length > 5 && inSight.every((row) => row.querySelector('td.times') !== null)
    if (isSettled) return performance.now() - started
    if (performance.now() - started > 10_000) return -1
  }
}
