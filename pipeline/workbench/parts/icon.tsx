/** Small pictures drawn here: none is fetched. They say nothing that words beside them do not say. */

const PATHS = {
  check: 'm3.5 8.5 3 3 6-7',
  close: 'm4 4 8 8m0-8-8 8',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3m0 2v.1',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14',
  down: 'm4 6 4 4 4-4',
  right: 'm6 4 4 4-4 4',
  up: 'm4 10 4-4 4 4',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1m0 11v1M1.5 8h1m11 0h1M3.4 3.4l.7.7m7.8 7.8.7.7m0-9.2-.7.7M4.1 11.9l-.7.7',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  screen: 'M2 3h12v8H2zM6 14h4m-2-3v3',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.1m2.6 0h.1m2.6 0h.1m2.5 0h.1M5 9.5h6',
  plus: 'M8 3v10M3 8h10',
  download: 'M8 2v8m-3-3 3 3 3-3M3 13.5h10',
  upload: 'M8 10.5v-8m-3 3 3-3 3 3M3 13.5h10',
  note: 'M3 2.5h10v8l-3 3H3zM10 13.5v-3h3',
  lock: 'M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  person: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14a5.5 5.5 0 0 1 11 0',
  book: 'M8 4C6.5 2.8 4.5 2.5 2 2.500v10c2.5 0 4.5.3 6 1.5 1.5-1.2 3.5-1.5 6-1.500v-10c-2.5 0-4.5.3-6 1.500Zm0 0v10',
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
