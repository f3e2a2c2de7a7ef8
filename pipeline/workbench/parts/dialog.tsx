/** A dialog of the browser's own: it keeps the focus, Escape closes it, and the focus goes back where it was. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

export interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly size?: 'small' | 'wide'
  /** What the button says that does it: it stands at the foot with one that leaves all as it is. */
  readonly submit?: ComponentChildren
  /** Whether it can be done already. */
  readonly isReady?: boolean
  /** What is wrong with what was typed: the last line before the foot. */
  readonly fault?: string | undefined
  /** What stands at the foot in place of the two: other acts. */
  readonly foot?: ComponentChildren
  /** Called by Enter in a field, and by the button that submits. */
  readonly onSubmit?: () => void
  readonly children: ComponentChildren
}

export function Dialog({
  title,
  onClose,
  size = 'small',
  submit,
  isReady = true,
  fault,
  foot,
  onSubmit,
  children,
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const { current } = dialog
    const before = document.activeElement
    current?.showModal()
    current?.querySelector<HTMLElement>('.dialog-body :is(input, textarea, select)')?.focus()
    return () => {
      current?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={`dialog ${size}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit?.()
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          // A field would submit by itself as well.
          event.preventDefault()
          onSubmit?.()
        }}
      >
        <header>
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <div class="dialog-body">
          {children}
          {fault !== undefined && (
            <p class="fault" role="alert">
              {fault}
            </p>
          )}
        </div>
        {foot !== undefined && <footer>{foot}</footer>}
        {submit !== undefined && (
          <footer>
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" class="button primary" disabled={!isReady}>
              {submit}
            </button>
          </footer>
        )}
      </form>
    </dialog>
  )
}
