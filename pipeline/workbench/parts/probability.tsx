/** A probability as a bar and a figure. */
import { toPercent } from './words.ts'

const WIDTH = 44
const HEIGHT = 6

export function Probability({ share }: { share: number }) {
  return (
    <span class="probability">
      <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
        <rect class="track" width={WIDTH} height={HEIGHT} rx="3" />
        <rect
          class={share >= 0.9 ? 'fill sure' : 'fill'}
          width={share === 0 ? 0 : Math.max(2, share * WIDTH)}
          height={HEIGHT}
          rx="3"
        />
      </svg>
      <span class="figure">{toPercent(share)}</span>
    </span>
  )
}
