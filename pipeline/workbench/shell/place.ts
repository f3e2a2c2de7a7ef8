/** Where the person is, kept in the address behind the #: study, view, filters. Never a verbatim, never a subject. */
import { useEffect, useState } from 'preact/hooks'

export const VIEWS = ['queue', 'site-queries', 'approval', 'synonyms', 'dashboard', 'audit', 'people'] as const
export type View = (typeof VIEWS)[number]

export interface Place {
  readonly study: string | undefined
  readonly view: View
  readonly at: URLSearchParams
}

export function readPlace(hash = location.hash): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?')
  const [study, view] = path.split('/').map(decodeURIComponent)
  return {
    study: study === '' ? undefined : study,
    view: VIEWS.find((known) => known === view) ?? 'queue',
    at: new URLSearchParams(search),
  }
}

export type Facts = { readonly [name: string]: string | undefined }

export function toHash(study: string, view: View, facts: Facts = {}): string {
  const kept = Object.entries(facts).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')
  const search = kept.length === 0 ? '' : `?${new URLSearchParams(kept)}`
  return `#/${encodeURIComponent(study)}/${view}${search}`
}

export function goTo(study: string, view: View, facts: Facts = {}): void {
  location.hash = toHash(study, view, facts)
}

/** Changes some facts of the place and leaves the others; without a new step in the browser's history. */
export function changeFacts(facts: Facts): void {
  const { study, view, at } = readPlace()
  if (study === undefined) return
  const all: { [name: string]: string | undefined } = { ...Object.fromEntries(at), ...facts }
  history.replaceState(null, '', toHash(study, view, all))
  dispatchEvent(new HashChangeEvent('hashchange'))
}

/** One fact of the place, by its name; nothing where it does not stand there. */
export function pickFact<N extends string>(at: URLSearchParams, name: N): { readonly [name in N]?: string } {
  const value = at.get(name)
  return value === null || value === '' ? {} : ({ [name]: value } as { [name in N]: string })
}

export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace)
  useEffect(() => {
    const onChange = () => setPlace(readPlace())
    addEventListener('hashchange', onChange)
    return () => removeEventListener('hashchange', onChange)
  }, [])
  return place
}
