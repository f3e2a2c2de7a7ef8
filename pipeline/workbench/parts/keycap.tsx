/** A key's name beside what it does; screen readers hear it from the list of keys. */
const NAMES: { readonly [key: string]: string } = {
  Enter: '↵',
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
}

export function Keycap({ of }: { of: string }) {
  return (
    <span class="keycap" aria-hidden="true">
      {NAMES[of] ?? of}
    </span>
  )
}

export function toKeyName(key: string): string {
  return NAMES[key] ?? key
}
