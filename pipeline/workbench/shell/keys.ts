/**
 * The keyboard: views say which keys they know, the newest one first. Single keys are silent while a person types, while a
 * dialog is open, and when they are turned off (WCAG 2.1.4).
 */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { toCell } from '../parts/cell.ts'

export interface Key {
  /** As KeyboardEvent.key says it; two for a sequence, parted by a blank: `g q`. Several ways by `|`. */
  readonly keys: string
  /** What it does, for the list of keys. */
  readonly words: string
  /** @param pressed which of the several ways */
  readonly run: (pressed: string) => void
  /** Goes on while the key is held down; an act is done once, however long it is held. */
  readonly isHeld?: true
}
interface Layer {
  group: string
  keys: readonly Key[]
}

const SEQUENCE_MS = 1200
const SETTING = 'aecoder-single-keys'
const layers: Layer[] = []
export const singleKeys = toCell(localStorage.getItem(SETTING) !== 'off')
let pending = ''
let pendingSince = 0

export function setSingleKeys(isOn: boolean): void {
  localStorage.setItem(SETTING, isOn ? 'on' : 'off')
  singleKeys.set(isOn)
}

export function useKeys(group: string, keys: readonly Key[]): void {
  const layer = useRef<Layer>({ group, keys })
  layer.current.group = group
  layer.current.keys = keys
  // Before the next key can come: what is drawn takes keys at once.
  useLayoutEffect(() => {
    const { current } = layer
    layers.push(current)
    return () => {
      layers.splice(layers.indexOf(current), 1)
    }
  }, [])
}

export function listKeys(): readonly { readonly group: string; readonly keys: readonly Key[] }[] {
  const groups = new Map<string, Key[]>()
  for (const { group, keys } of layers) groups.set(group, [...(groups.get(group) ?? []), ...keys])
  return [...groups].map(([group, keys]) => ({ group, keys }))
}

/** Listens for the whole page. @returns what ends it */
export function listenToKeys(): () => void {
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (document.querySelector('dialog:modal') !== null) return
  const target = event.target instanceof Element ? event.target : document.body
  if (isTyping(target)) {
    if (event.key === 'Escape' && target instanceof HTMLElement) target.blur()
    return
  }
  if ((event.key === 'Enter' || event.key === ' ') && target.closest('button, a, summary, [role=tab]')) return
  if (!singleKeys.get() && event.key.length === 1) return
  const sequence = pending !== '' && Date.now() - pendingSince < SEQUENCE_MS ? `${pending} ${event.key}` : event.key
  pending = ''
  const found = findKey(sequence) ?? findKey(event.key)
  if (found !== undefined) {
    event.preventDefault()
    if (!event.repeat || found.isHeld === true) found.run(event.key)
  } else if (beginsSequence(event.key)) {
    pending = event.key
    pendingSince = Date.now()
    event.preventDefault()
  }
}

function findKey(pressed: string): Key | undefined {
  return layers
    .toReversed()
    .flatMap(({ keys }) => keys)
    .find(({ keys }) => keys.split('|').includes(pressed))
}

function beginsSequence(pressed: string): boolean {
  return layers.some((layer) =>
    layer.keys.some(({ keys }) => keys.split('|').some((one) => one.startsWith(`${pressed} `))),
  )
}

function isTyping(target: Element): boolean {
  if (target.closest('select, textarea, [contenteditable=true]') !== null) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
}
