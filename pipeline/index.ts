/** The library: all that the command line, the server and other programs import. */

export { lookAround, type NodeSurroundings } from '../dictionaries/look-around.ts'
export { AecoderError, ERRORS, type ErrorCode, EXIT, type ExitCode } from '../schemas/errors.ts'
export { ENTRY_STATES, type EntryState, LIST_SCOPES, type ListScope } from '../schemas/lists.ts'
export { ACCEPTABLE, type Acceptable, BUCKETS } from '../schemas/outcomes.ts'
export { CODED_DOMAINS, type CodedDomain } from '../schemas/records.ts'
export type { AlignedToken, Alignment, Candidate, TokenRole } from '../schemas/terms.ts'
export { LOCK_OUT, SESSION_MINUTES } from './access/limits.ts'
export { isSameSecret } from './access/tokens.ts'
export {
  type ActReport,
  codeTerm,
  type FoundTarget,
  findKit,
  findTarget,
  type GivenCode,
  judgeTerm,
  type TargetName,
  type TermAct,
  undoDecision,
} from './act.ts'
export { readAudit, toAuditFile } from './audit.ts'
export type { AutocodeResult } from './autocode/autocode.ts'
export { autocode } from './autocode/autocode.ts'
export { type Autocoder, toAutocoder } from './autocode/autocoder.ts'
export { type CodingLists, NO_LISTS } from './autocode/lists.ts'
export {
  type AskPassword,
  type CodingKit,
  type CodingKits,
  checkDictionary,
  DEFAULT_DICTIONARY,
  type DictionaryCheck,
  type DictionaryOptions,
  findStudyDictionary,
  openAutocoder,
  openCodingKits,
  openDictionary,
  PASSWORD_VARIABLE,
  withApprovedEntries,
} from './coding-kits.ts'
export { readDashboard } from './dashboard.ts'
export { type Desk, type Desks, openDesk, openDesks, settle } from './desk.ts'
export { countTerms, type DiffReport, diffStudy } from './diff.ts'
export { exportStudy } from './export.ts'
export type { SystemProposal } from './ingest/propose.ts'
export { type ExportProposal, lookAtExport } from './look-at-export.ts'
export { type BulkChoice, judgeMany, previewVerdicts, type VerdictPreview } from './judge-many.ts'
export { type Match, matchVerbatim } from './match.ts'
export {
  type AccountView,
  activate,
  changePassword,
  checkPermitted,
  confirmPassword,
  createAccount,
  createFirstAdmin,
  deactivate,
  findSession,
  type IssuerClaims,
  listAccounts,
  type NewAccount,
  type NewSession,
  openPeople,
  type People,
  resetPassword,
  type Session,
  type SignedIn,
  setRoles,
  signIn,
  signInAtIssuer,
  signOut,
} from './people.ts'
export { type Promised, readPromise } from './promise.ts'
export { type RedactionReport, redactTerm, toShownOccurrence } from './redact.ts'
export type { LeftOutFor } from './review/bulk-rules.ts'
export { MASK, type Masks, toShown } from './review/redaction.ts'
export { isSamePerson, toApproval, toCodingFacet, toStatus } from './review/rules.ts'
export { type QueuePage, ReviewQueue } from './review-queue.ts'
export {
  listSince,
  type ReviewAsked,
  type ReviewPage,
  readSheet,
  type SheetReport,
  writeSheet,
} from './review-sheet.ts'
export { type Progress, type RunOptions, type RunReport, runStudy, type TransferReport } from './run.ts'
export { type Moved, toChangeText } from './run-moves.ts'
export { type CurrentRun, type Manifest, type PublishedRun, readCurrentRun } from './run-publish.ts'
export {
  readSignature,
  readSignOffState,
  type SigningAct,
  type SignOffState,
  signOff,
  unlockStudy,
} from './sign-off.ts'
export {
  closeSiteQuery,
  editSiteQuery,
  findAskedTerm,
  findSiteQuery,
  listSiteQueryPage,
  proposeForTerm,
  type RaiseReport,
  raiseSiteQueries,
  reopenSiteQuery,
  type SiteQueryPage,
  type SiteQueryProposal,
  viewSiteQuery,
} from './site-queries.ts'
export { type AnswerReport, fetchOutbox, importAnswers, type OutboxFile, sendOutbox } from './site-query-exchange.ts'
export { toSiteQueryFull, toSiteQueryRow } from './site-query-view.ts'
export type { Actor, Ambience } from './store/chain.ts'
export type { ChangedTerm } from './store/changed.ts'
export { type FormerlyCoded, listFormerlyCoded } from './store/former-codes.ts'
export type { HeldTransfers } from './store/held.ts'
export type { JudgeableDecision, VerdictFilter } from './store/judgeable.ts'
export type { EntryStep, StoredEntry } from './store/lists.ts'
export { listOutboxes, type Outbox } from './store/outboxes.ts'
export {
  type CodingCounts,
  countStudy,
  countSubjects,
  type GroupState,
  listGroups,
  listHistory,
  listOccurrences,
  listOwnDecided,
  type OccurrenceState,
  type StoredDecision,
  type StudyCounts,
} from './store/queue.ts'
export { countRedacted, findMasks, type RedactedCounts } from './store/redactions.ts'
export type { Signature } from './store/signatures.ts'
export {
  type AgedSiteQuery,
  countSiteQueries,
  countSiteQueriesByGroup,
  type QueryCounts,
  type SiteQueryStepView,
  type SiteQuerySummary,
  toSiteId,
} from './store/site-query-lists.ts'
export { listTransfers, type TransferSummary } from './store/transfers.ts'
export {
  AECODER_VERSION,
  fromStudyPath,
  openExport,
  openStudy,
  openStudyStore,
  openStudyStoreToRead,
  type Study,
  toFolder,
  toPackageRoot,
  toPlace,
  toShortPath,
} from './study.ts'
export {
  countSynonyms,
  findOwner,
  findSynonym,
  judgeSynonym,
  listSynonyms,
  proposeCoded,
  proposeSynonym,
  type Synonym,
  type SynonymFilter,
  type SynonymProposal,
} from './synonyms.ts'
export { exportSynonyms, type ImportReport, importSynonyms } from './synonyms-exchange.ts'
export { LEFT_FOR, type LeftFor, type LeftRow, type TakeOverAct, type TakeOverReport, takeOver } from './take-over.ts'
export {
  findById,
  findRow,
  noteTerm,
  type Viewer,
  viewHistory,
  viewOccurrences,
  viewPrecedents,
  viewTerm,
} from './term-view.ts'
export { type VerifyReport, verifyStudy } from './verify.ts'
export { type WatchEvent, type WatchOptions, type WatchReport, watchStudy } from './watch.ts'
export type { WatchPlaces } from './watch-places.ts'
export type { Refusal } from './watch-refusal.ts'
