/**
 * The tables (DESIGN §5). `study` leads every key. A row's `no` is a number of this store's own and never leaves it;
 * what leaves it is `id`, made of content.
 */
import type { Bucket, Outcome, Step } from '../../schemas/outcomes.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import type { SiteQueryStep } from '../../schemas/site-queries.ts'

export interface Tables {
  study: { study: string; protocol: string; environment: string }
  event: {
    study: string
    seq: number
    at: string
    actor: string
    actor_kind: 'person' | 'system'
    auth: string
    kind: string
    object: string
    reason: string | null
    body_digest: string
    prev_hash: string
    hash: string
  }
  event_body: { study: string; seq: number; salt: string; body: string }
  artefact: { sha256: string; kind: string; name: string; version: string; content: string | null }
  setting: { study: string; seq: number; domain: string; field: string; kind: string; sha256: string }
  transfer: {
    study: string
    no: number
    as_of: string
    parent: number | null
    content_id: string
    input: string
    accepted: string
  }
  transfer_file: {
    study: string
    transfer_no: number
    file_no: number
    source: string
    name: string
    sha256: string
    bytes: number
    encoding: string
    read: number
    accepted: number
    duplicate: number
    superseded: number
    skipped: number
    rejected: number
    occurrences: number
    skipped_by: string
    remarks: string
  }
  transfer_end: {
    study: string
    transfer_no: number
    state: 'committed' | 'abandoned'
    seq: number
    versions_digest: string
  }
  occurrence: {
    study: string
    no: number
    id: string
    transfer_no: number
    domain: CodedDomain
    field: string
    key: string
    subject: string
    usubjid: string
  }
  occurrence_version: {
    study: string
    occurrence_no: number
    transfer_no: number
    present: number
    source: string
    verbatim: string
    group_no: number
    subject_raw: string
    site: string | null
    serious: number
    context: string
    content_id: string
    file_no: number | null
    line: number | null
  }
  subject_version: {
    study: string
    subject: string
    transfer_no: number
    usubjid: string
    site: string | null
    sex: string | null
    birth_year: number | null
    content_id: string
  }
  set_aside: {
    study: string
    transfer_no: number
    n: number
    file_no: number
    line: number
    bucket: Bucket
    code: string
    reason: string
    raw: string
  }
  term_group: {
    study: string
    no: number
    id: string
    domain: CodedDomain
    field: string
    terminology: string
    language: string
    fold_version: number
    folded: string
    verbatim: string
    /** Of a group beside the main one: the number of the main group, whose occurrences it shares. */
    main_no: number | null
  }
  decision: {
    study: string
    id: string
    seq: number
    group_no: number | null
    occurrence_no: number | null
    based_on: string
    replaces: string | null
    outcome: Outcome
    step: Step
    confidence: number
    waits: number
    artefacts: string
    explanation: string
    actor: string
    actor_kind: 'person' | 'system'
    auth: string
    at: string
    reason: string | null
    /** Of a decision on one occurrence: the dictionary's name, empty for the main one; empty for groups. */
    terminology: string
  }
  coding: {
    study: string
    decision: string
    part_no: number
    part_text: string | null
    dictionary: string
    code: string
    path: string
  }
  verdict: {
    study: string
    seq: number
    decision: string
    kind: 'approved' | 'rejected'
    actor: string
    auth: string
    at: string
    reason: string | null
  }
  sequence: {
    study: string
    domain: CodedDomain
    usubjid: string
    n: number
    occurrence_no: number
    part: number
    transfer_no: number
    /** Of part 2 and further: the event that gave the number. */
    seq: number | null
  }
  dataset: {
    study: string
    seq: number
    run_id: string
    upto_seq: number
    transfer_no: number | null
    manifest_sha256: string
  }
  current_group: {
    study: string
    group_no: number
    occurrences: number
    serious: number
    first_transfer: number
    decision: string | null
  }
  site_query: {
    study: string
    id: string
    seq: number
    occurrence_no: number
    /** The dictionary that the term it was asked for is coded in, empty for the main one. */
    terminology: string
    based_on: string
  }
  query_step: {
    study: string
    query: string
    seq: number
    kind: SiteQueryStep
    text: string | null
    /** Of an answer: when and by whom, as the file that brought it says. */
    answered_at: string | null
    answered_by: string | null
    actor: string
    auth: string
    at: string
    reason: string | null
  }
  /** `study` is the list's owner: a study, or a scope over several. */
  list_entry: {
    study: string
    id: string
    seq: number
    kind: 'synonym' | 'never' | 'ask'
    /** Empty for every domain. */
    domain: CodedDomain | ''
    terminology: string
    folded: string
    verbatim: string
    code: string
    path: string
    /** Where it came from: a study's decision, an imported file. */
    origin: string
  }
  list_step: {
    study: string
    entry: string
    seq: number
    kind: 'proposed' | 'approved' | 'rejected' | 'retired'
    actor: string
    auth: string
    at: string
    reason: string | null
  }
  note: {
    study: string
    seq: number
    group_no: number
    occurrence_no: number | null
    text: string
    actor: string
    auth: string
    at: string
  }
  signature: {
    study: string
    seq: number
    kind: 'signed-off' | 'unlocked'
    meaning: string
    covers_seq: number
    covers_hash: string
    transfer_no: number | null
    decisions: number
    actor: string
    full_name: string
    auth: string
    at: string
    reason: string | null
  }
  redaction: {
    study: string
    seq: number
    group_no: number
    salt: string
    /** JSON: the salted hash of each word. */
    words: string
    actor: string
    auth: string
    at: string
    reason: string
  }
  account: {
    name: string
    /** What is the same in all spellings of the name. */
    name_key: string
    full_name: string
    email: string | null
    /** Argon2id in its own text form; null where only the identity provider knows the person. */
    password: string | null
    issuer: string | null
    issuer_subject: string | null
    is_active: number
    must_change: number
    failures: number
    locked_until: string | null
    created_at: string
    changed_at: string
  }
  /** `study` is a study's id, or `*` for every one. */
  account_role: { account: string; study: string; role: string }
  session: {
    id_hash: string
    account: string
    csrf: string
    kind: 'browser' | 'command-line'
    auth: string
    created_at: string
    seen_at: string
    expires_at: string
  }
  /** Every occurrence that ever had a version in a group: an index kept by hand, because a transfer writes it in one go. */
  group_member: { study: string; group_no: number; occurrence_no: number }
}

export type TableName = keyof Tables
