/** How small a share may be that was seen in a sample. Knows numbers. */

/**
 * Clopper and Pearson's lower bound of a share, one-sided at 95 %: the share at which `right` or more of n would come
 * by chance in 5 % of all samples, so never kind. 0 when none is right, NaN of n = 0.
 */
export function toClopperPearsonLower(right: number, n: number): number {
  if (n === 0) return Number.NaN
  if (right === 0) return 0
  let low = 0
  let high = right / n
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (toUpperTail({ right, n, share: middle }) < 0.05) low = middle
    else high = middle
  }
  return low
}

/** Chance of `right` or more of n, each with the chance `share` (above 0, below 1). */
function toUpperTail({ right, n, share }: { right: number; n: number; share: number }): number {
  const logOdds = Math.log(share) - Math.log1p(-share)
  let logTerm = n * Math.log1p(-share)
  let tail = 0
  for (let k = 0; k <= n; k += 1) {
    if (k >= right) tail += Math.exp(logTerm)
    logTerm += Math.log((n - k) / (k + 1)) + logOdds
  }
  return tail
}
