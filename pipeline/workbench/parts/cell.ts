/** A value that parts of the page share: whoever shows it is drawn anew when it changes. */
import { useEffect, useState } from 'preact/hooks'

export interface Cell<T> {
  get(): T
  set(next: T): void
  /** @returns what ends the watching */
  watch(watcher: () => void): () => void
}

export function toCell<T>(first: T): Cell<T> {
  let value = first
  const watchers = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const watcher of watchers) watcher()
    },
    watch(watcher) {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
  }
}

export function useCell<T>(cell: Cell<T>): T {
  const [, draw] = useState(0)
  useEffect(() => cell.watch(() => draw((n) => n + 1)), [cell])
  return cell.get()
}
