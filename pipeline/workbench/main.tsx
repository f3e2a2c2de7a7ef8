/** Where the page begins. */
import { render } from 'preact'
import { App } from './shell/app.tsx'
import { applyTheme, readTheme } from './shell/theme.ts'

applyTheme(readTheme())
const page = document.getElementById('page')
if (page !== null) render(<App />, page)
