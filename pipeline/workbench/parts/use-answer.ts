/** What the server says, asked when it is shown and asked anew when what it depends on changes. */
import { useEffect, useState } from 'preact/hooks'
import { isAborted, toWords } from '../shell/api.ts'

export interface Answer<T> {
  readonly value: T | undefined
  readonly fault: string | undefined
  readonly isBusy: boolean
  readonly again: () => void
  readonly put: (value: T) => void
}

/** @param on what the answer depends on, as one text; undefined asks nothing */
export function useAnswer<T>(on: string | undefined, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<{ on?: string | undefined; value?: T; fault?: string; isBusy: boolean }>({
    isBusy: on !== undefined,
  })
  const [turn, setTurn] = useState(0)
  // `on` names all that `ask` depends on
  useEffect(() => {
    if (on === undefined) {
      setState({ isBusy: false })
      return
    }
    const abort = new AbortController()
    setState((before) => (before.on === on ? { ...before, isBusy: true } : { on, isBusy: true }))
    ask(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setState({ on, value, isBusy: false })
      },
      (error: unknown) => {
        if (!isAborted(error) && !abort.signal.aborted) setState({ on, fault: toWords(error), isBusy: false })
      },
    )
    return () => abort.abort()
  }, [on, turn])
  const isOfNow = state.on === on
  return {
    value: isOfNow ? state.value : undefined,
    fault: isOfNow ? state.fault : undefined,
    isBusy: isOfNow ? state.isBusy : true,
    again: () => setTurn((n) => n + 1),
    // What came too late belongs to what is no longer shown.
    put: (value) => setState((before) => (before.on === on ? { on, value, isBusy: false } : before)),
  }
}
