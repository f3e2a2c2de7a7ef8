/** Builds the page of the workbench into dist/page, for the package: who installs it has no vite. */
import { ensurePage } from '../pipeline/server/page.ts'

await ensurePage()
