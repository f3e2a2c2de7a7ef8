/** What the page says after an act: told to everyone, screen readers included. */
import { toCell, useCell } from '../parts/cell.ts'
import { Icon } from '../parts/icon.tsx'

export interface Toast {
  readonly id: number
  readonly kind: 'done' | 'failed' | 'busy'
  readonly text: string
  readonly action?: { readonly words: string; readonly run: () => void }
}

const LASTS_MS = 7000
const MOST_PASSING = 3
const toasts = toCell<readonly Toast[]>([])
const announced = toCell('')
let lastId = 0

/** Failures stay until they are closed, however much is done after them. */
export function tell(toast: Omit<Toast, 'id'>): void {
  lastId += 1
  const id = lastId
  const passing = toasts.get().filter(({ kind }) => kind !== 'failed')
  const tooOld = new Set(passing.slice(0, -MOST_PASSING + 1))
  toasts.set([...toasts.get().filter((one) => !tooOld.has(one)), { ...toast, id }])
  if (toast.kind !== 'failed') setTimeout(() => close(id), LASTS_MS)
}

/** Says something to screen readers alone. */
export function announce(text: string): void {
  announced.set(text)
}

function close(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id))
}

export function Toasts() {
  const shown = useCell(toasts)
  const said = useCell(announced)
  return (
    <section class="toasts" aria-label="Messages">
      <div role="status" class="unseen">
        {said}
      </div>
      <div role="status" aria-live="polite">
        {shown
          .filter(({ kind }) => kind !== 'failed')
          .map((toast) => (
            <One key={toast.id} toast={toast} />
          ))}
      </div>
      <div role="alert">
        {shown
          .filter(({ kind }) => kind === 'failed')
          .map((toast) => (
            <One key={toast.id} toast={toast} />
          ))}
      </div>
    </section>
  )
}

function One({ toast }: { toast: Toast }) {
  return (
    <div class={`toast ${toast.kind}`}>
      <Icon name={toast.kind === 'failed' ? 'warning' : 'check'} />
      <span class="toast-text">{toast.text}</span>
      {toast.action && (
        <button
          type="button"
          class="link"
          onClick={() => {
            toast.action?.run()
            close(toast.id)
          }}
        >
          {toast.action.words}
        </button>
      )}
      <button type="button" class="icon-button" aria-label="Close the message" onClick={() => close(toast.id)}>
        <Icon name="close" />
      </button>
    </div>
  )
}
