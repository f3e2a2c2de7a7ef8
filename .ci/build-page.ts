/** Builds the page into dist/page, as a package carries it. */
import { ensurePage } from '../pipeline/server/page.ts'

process.stdout.write(`the page is in ${await ensurePage()}\n`)
