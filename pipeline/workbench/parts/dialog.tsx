/** A dialog of the browser's own: it keeps the focus, Escape closes it, and the focus goes back where it was. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { toWords } from '../shell/api.ts'
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
  /**
   * Called by Enter in a field, and by the button that submits; not again while it is under way.
   * @throws what the server refused: it is told here, since nothing outside of an open dialog is seen or heard
   */
  readonly onSubmit?: () => void | Promise<void>
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
  const [refused, setRefused] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const wrong = refused ?? fault
  const onGo = async (event: Event) => {
    event.preventDefault()
    if (isBusy || !isReady) return
    setRefused(undefined)
    setBusy(true)
    try {
      await onSubmit?.()
    } catch (error) {
      setRefused(toWords(error))
    } finally {
      setBusy(false)
    }
  }
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
        onSubmit={(event) => void onGo(event)}
        onKeyDown={(event) => {
          // A field would submit by itself as well.
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void onGo(event)
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
          {wrong !== undefined && (
            <p class="fault" role="alert">
              {wrong}
            </p>
          )}
        </div>
        {foot !== undefined && foot !== false && <footer>{foot}</footer>}
        {submit !== undefined && (
          <footer>
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" class="button primary" disabled={!isReady || isBusy}>
              {submit}
            </button>
          </footer>
        )}
      </form>
    </dialog>
  )
}
