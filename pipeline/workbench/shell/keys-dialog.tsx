/** All keys that work here, by what they do. */
import { useState } from 'preact/hooks'
import { useCell } from '../parts/cell.ts'
import { Dialog } from '../parts/dialog.tsx'
import { toKeyName } from '../parts/keycap.tsx'
import { listKeys, setSingleKeys, singleKeys } from './keys.ts'

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const [groups] = useState(listKeys)
  const isOn = useCell(singleKeys)
  return (
    <Dialog title="Keys" onClose={onClose} size="wide">
      <div class="key-groups">
        {groups.map(({ group, keys }) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {keys.map(({ keys: names, words }) => (
                <div key={names}>
                  <dt>
                    <Names names={names.split('|')} />
                  </dt>
                  <dd>{words}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check">
        <input type="checkbox" checked={isOn} onChange={(event) => setSingleKeys(event.currentTarget.checked)} />
        Keys without Ctrl or Alt are on
      </label>
    </Dialog>
  )
}

const MOST_NAMED = 3

/** `j or ↓`; of many, such as the digits, the first and the last. */
function Names({ names }: { names: readonly string[] }) {
  const isMany = names.length > MOST_NAMED
  const named = isMany ? [names[0] ?? '', names.at(-1) ?? ''] : names
  return (
    <>
      {named.map((name, i) => (
        <span key={name}>
          {i > 0 && (isMany ? ' to ' : ' or ')}
          {name.split(' ').map((one) => (
            <kbd key={one} class="keycap">
              {toKeyName(one)}
            </kbd>
          ))}
        </span>
      ))}
    </>
  )
}
