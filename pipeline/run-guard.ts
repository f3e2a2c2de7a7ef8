/**
 * What stands between a transfer that was read and one that is taken in: its keys against the last one's, its structure
 * against the last one's. Reads what is staged; the rules are review's.
 */
import { toColumnName } from '../schemas/study.ts'
import type { SourceKeys, StructureChange, TransferStructure } from '../schemas/transfers.ts'
import { countSuspiciouslyMissing, countSuspiciouslyRekeyed, listStructureChanges } from './review/transfer-rules.ts'
import type { CommittedTransfer } from './store/current.ts'
import { countRekeyed } from './store/rekeyed.ts'
import type { Staging } from './store/staging.ts'
import type { Store } from './store/store.ts'
import { countPresentBySource } from './store/transfers.ts'
import type { Study } from './study.ts'

/** How a transfer compares with the last one, and what of that a person must accept by name. */
export interface Comparison {
  /** One for each source that stated something, then or now. */
  readonly keys: readonly SourceKeys[]
  readonly structure: readonly StructureChange[]
  readonly suspicions: readonly {
    readonly reason: 'mass-withdrawal' | 'mass-rekeying' | 'structure-changed'
    readonly count: number
  }[]
}

/**
 * Compares a transfer, all of whose files are staged, with the current one.
 * @param options.current the transfer that is current; undefined before the first
 */
export async function compareTransfer(
  study: Study,
  {
    store,
    staging,
    current,
    structure,
    before,
  }: {
    store: Store
    staging: Staging
    current: CommittedTransfer | undefined
    structure: TransferStructure
    /** What the current one was made of, where that is known. */
    before: TransferStructure | undefined
  },
): Promise<Comparison> {
  const known = current ? await countPresentBySource(store.db, study.id, current.no) : new Map<string, number>()
  const rekeyed = hasTraded(staging) ? await countRekeyed(store.db, study.id, staging.transferNo) : []
  const sources = [...new Set([...known.keys(), ...staging.keys.keys()])].sort()
  const compared = sources.map((source) => {
    const moved = rekeyed.find((row) => row.source === source)
    const counts = staging.keys.get(source) ?? { matched: 0, new: 0, returned: 0, gone: 0 }
    return {
      keys: { source, known: known.get(source) ?? 0, ...counts, rekeyed: moved?.all ?? 0 },
      missing: (staging.missing.get(source) ?? 0) - (moved?.missing ?? 0),
    }
  })
  const { guard, sources: configs } = study.config
  const sum = (count: (of: (typeof compared)[number]) => number) => compared.reduce((total, of) => total + count(of), 0)
  const changes = before === undefined ? [] : listStructureChanges(before, structure)
  // Where records of an ODM have other items and none has the term's any more, no site took back so much: the item has
  // another name, or was left out.
  const isTermGone = ({ source, kind, before: column }: StructureChange) => {
    const config = configs.find(({ id }) => id === source)
    const hasRecords = structure.sources.some((now) => now.source === source && now.columns.length > 0)
    return kind === 'column-gone' && hasRecords && column === toColumnName(config?.map[`${config.domain}TERM`])
  }
  const suspicions = [
    {
      reason: 'mass-withdrawal',
      // What comes again under another key is not missing: it is told as that.
      count: sum(({ keys, missing }) => countSuspiciouslyMissing({ known: keys.known, missing }, guard)),
    },
    { reason: 'mass-rekeying', count: sum(({ keys }) => countSuspiciouslyRekeyed(keys, guard)) },
    {
      reason: 'structure-changed',
      count: changes.filter((change) => isRefused(change.kind) || isTermGone(change)).length,
    },
  ] as const
  return {
    keys: compared.map(({ keys }) => keys),
    structure: changes,
    suspicions: suspicions.filter(({ count }) => count > 0),
  }
}

/** Whether any key lost what another can have gained: without that nothing needs to be looked for. */
function hasTraded({ movement }: Staging): boolean {
  const { changedVerbatim, changedContext, withdrawn, returned } = movement
  const changed = changedVerbatim + changedContext
  return changed + withdrawn > 0 && changed + returned + movement.new > 0
}

/** A form that a source no longer holds at all is no amendment; nor may a file of changes be missed. Everything else is told. */
function isRefused(kind: StructureChange['kind']): boolean {
  return kind === 'form-gone' || kind === 'file-missed'
}
