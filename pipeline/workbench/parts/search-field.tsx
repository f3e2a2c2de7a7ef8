/** A field that a view is searched by. */
import { Icon } from './icon.tsx'

const LONGEST = 200

export function SearchField({
  id,
  words,
  placeholder,
  value,
  onInput,
  onEnter,
}: {
  id: string
  /** For those who do not see the placeholder. */
  words: string
  placeholder: string
  value: string
  onInput: (value: string) => void
  onEnter?: (field: HTMLInputElement) => void
}) {
  return (
    <label class="search-field">
      <Icon name="search" />
      <span class="unseen">{words}</span>
      <input
        id={id}
        type="search"
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        maxLength={LONGEST}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter?.(event.currentTarget)
        }}
      />
    </label>
  )
}
