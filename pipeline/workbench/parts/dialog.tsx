/** A dialog of the browser's own: it keeps the focus, Escape closes it, and the focus goes back where it was. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

export interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly size?: 'small' | 'wide'
  /** What stands at the foot: the acts. */
  readonly foot?: ComponentChildren
  /** Called by Enter in a field, and by the button that submits. */
  readonly onSubmit?: () => void
  readonly children: ComponentChildren
}

export function Dialog({ title, onClose, size = 'small', foot, onSubmit, children }: DialogProps) {
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
        <div class="dialog-body">{children}</div>
        {foot !== undefined && <footer>{foot}</footer>}
      </form>
    </dialog>
  )
}
