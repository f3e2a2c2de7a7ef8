/** Signatures, and what is held behind them, as the command line prints them. */
import type { HeldTransfers, Signature } from '../index.ts'
import { toCount, toVisible } from './tables.ts'

/** Who signed a study off, when, as what, and what that covers. */
export function toSignatureLines({ fullName, actor, at, meaning, reason, decisions, coversSeq }: Signature): string[] {
  return [
    toVisible(`Signed off by ${fullName} (${actor}) at ${at}: ${meaning}`),
    `  covers ${toCount(decisions, 'decision')}, all up to event ${coversSeq}; their codes are locked`,
    ...(reason === null ? [] : [toVisible(`  reason given: ${reason}`)]),
  ]
}

/** What came after the signature. */
export function toHeldLines(signature: Signature, held: HeldTransfers): string[] {
  const moved = [
    `${held.new} new`,
    `${held.changedVerbatim} with a changed term`,
    `${held.changedContext} changed beside the term`,
    `${held.returned} back`,
    `${held.withdrawn} gone`,
  ]
  return [
    'HELD: the study is signed off. What came since was taken in; nothing of it is coded, and the dataset stays what was signed.',
    ...toSignatureLines(signature).map((line) => `  ${line}`),
    ...held.transfers.map(({ input, asOf }) => `  held: transfer ${input} as of ${asOf}`),
    `  terms reported since the signature: ${moved.join(', ')}; ${toCount(held.newTerms, 'term')} without a decision`,
  ]
}
