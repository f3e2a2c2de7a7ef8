/** One of several values to narrow a view to, or any of them: a chip that is lit while it narrows. */
import { Icon } from './icon.tsx'

export function Choice({
  words,
  value,
  values,
  toName = (one) => one,
  isNamed = false,
  onChange,
}: {
  /** What is chosen, e.g. `Site`. */
  words: string
  /** Empty for any. */
  value: string
  values: readonly string[]
  /** How a value is shown. */
  toName?: (value: string) => string
  /** Shows the name beside the field as well while nothing is chosen. */
  isNamed?: boolean
  onChange: (value: string) => void
}) {
  // What is chosen stays to be seen where it fits nothing any more.
  const all = value === '' || values.includes(value) ? values : [value, ...values]
  const isBare = isNamed && value === ''
  return (
    <label class={`chip ${value === '' ? '' : 'on'}`}>
      <span class={isBare ? 'chip-name' : 'unseen'}>{words}</span>
      <select class={isBare ? 'bare' : ''} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{isBare ? `Any ${words.toLowerCase()}` : `${words}: any`}</option>
        {all.map((one) => (
          <option key={one} value={one}>
            {toName(one)}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </label>
  )
}
