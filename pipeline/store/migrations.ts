/** Numbered migrations: each brings the store from one version to the next, in one transaction, and never changes again. */

/** Tables whose rows stay as they were written, for ever. */
const APPEND_ONLY = [
  'study',
  'event',
  'event_body',
  'artefact',
  'setting',
  'transfer',
  'transfer_end',
  'term_group',
  'decision',
  'coding',
  'verdict',
  'dataset',
] as const
/** Append-only as well, of the third migration. */
const WORKFLOW_APPEND_ONLY = [
  'site_query',
  'query_step',
  'list_entry',
  'list_step',
  'note',
  'signature',
  'redaction',
] as const
/** Append-only too, but rows of a transfer that was abandoned never became a record and may be cleared away. */
const STAGED = [
  'transfer_file',
  'occurrence',
  'occurrence_version',
  'subject_version',
  'set_aside',
  'sequence',
] as const

/** Their rows say nothing without a version of the occurrence: no trigger looks at each of a million of them. */
const COUNTS_THROUGH_VERSIONS: ReadonlySet<string> = new Set(['occurrence', 'sequence'])

export interface Migration {
  readonly version: number
  readonly name: string
  /** One SQL statement each: prepare() would silently run only the first of several. */
  readonly statements: readonly string[]
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'the model',
    statements: [
      `create table study (study text primary key, protocol text not null, environment text not null) without rowid`,
      `create table event (study text not null references study, seq integer not null, at text not null, actor text not null, actor_kind text not null check (actor_kind in ('person','system')), auth text not null,
        kind text not null, object text not null, reason text, body_digest text not null, prev_hash text not null, hash text not null, primary key (study, seq)) without rowid`,
      `create table event_body (study text not null, seq integer not null, salt text not null, body text not null, primary key (study, seq)) without rowid`,
      `create table artefact (kind text not null, sha256 text not null, name text not null, version text not null, content text, primary key (kind, sha256)) without rowid`,
      `create table setting (study text not null, seq integer not null, domain text not null, field text not null, kind text not null, sha256 text not null, primary key (study, kind, domain, field, seq), foreign key (kind, sha256) references artefact (kind, sha256)) without rowid`,
      `create table transfer (study text not null references study, no integer not null, as_of text not null, parent integer, content_id text not null, input text not null, accepted text not null, primary key (study, no)) without rowid`,
      `create table transfer_file (study text not null, transfer_no integer not null, file_no integer not null, source text not null, name text not null, sha256 text not null, bytes integer not null, encoding text not null,
        read integer not null, accepted integer not null, duplicate integer not null, superseded integer not null, skipped integer not null, rejected integer not null, occurrences integer not null,
        skipped_by text not null, remarks text not null, check (read = accepted + duplicate + superseded + skipped + rejected),
        primary key (study, transfer_no, file_no)) without rowid`,
      `create table transfer_end (study text not null, transfer_no integer not null, state text not null check (state in ('committed','abandoned')), seq integer not null, versions_digest text not null, primary key (study, transfer_no)) without rowid`,
      `create table occurrence (study text not null, no integer not null, id text not null, transfer_no integer not null, domain text not null, field text not null, key text not null, subject text not null, usubjid text not null,
        primary key (study, no)) without rowid`,
      // The subject leads: ids are hashes, and in their order every row of an export would touch another page.
      `create unique index occurrence_id on occurrence (study, subject, id)`,
      `create table occurrence_version (study text not null, occurrence_no integer not null, transfer_no integer not null, present integer not null check (present in (0, 1)), source text not null, verbatim text not null,
        group_no integer not null, subject_raw text not null, site text, serious integer not null, context text not null, content_id text not null, file_no integer, line integer,
        primary key (study, occurrence_no, transfer_no)) without rowid`,
      `create table subject_version (study text not null, subject text not null, transfer_no integer not null, usubjid text not null, site text, sex text, birth_year integer, content_id text not null,
        primary key (study, subject, transfer_no)) without rowid`,
      `create table set_aside (study text not null, transfer_no integer not null, n integer not null, file_no integer not null, line integer not null, bucket text not null, code text not null, reason text not null, raw text not null,
        primary key (study, transfer_no, n)) without rowid`,
      `create table term_group (study text not null, no integer not null, id text not null, domain text not null, field text not null, terminology text not null, language text not null, fold_version integer not null,
        folded text not null, verbatim text not null, primary key (study, no)) without rowid`,
      `create unique index term_group_id on term_group (study, id)`,
      `create table decision (study text not null, id text not null, seq integer not null, group_no integer, occurrence_no integer, based_on text not null, replaces text, outcome text not null, step text not null,
        confidence real not null, waits integer not null, artefacts text not null, explanation text not null, actor text not null, actor_kind text not null, auth text not null, at text not null, reason text,
        check ((group_no is null) <> (occurrence_no is null)), primary key (study, id)) without rowid`,
      `create unique index decision_group on decision (study, group_no, seq) where group_no is not null`,
      `create unique index decision_occurrence on decision (study, occurrence_no, seq) where occurrence_no is not null`,
      `create index decision_seq on decision (study, seq)`,
      `create table coding (study text not null, decision text not null, part_no integer not null, part_text text, dictionary text not null, code text not null, path text not null,
        primary key (study, decision, part_no)) without rowid`,
      `create table verdict (study text not null, seq integer not null, decision text not null, kind text not null check (kind in ('approved','rejected')), actor text not null, auth text not null, at text not null, reason text,
        primary key (study, decision, seq)) without rowid`,
      `create table sequence (study text not null, domain text not null, usubjid text not null, n integer not null, occurrence_no integer not null, part integer not null, transfer_no integer not null,
        primary key (study, domain, usubjid, n)) without rowid`,
      `create unique index sequence_occurrence on sequence (study, occurrence_no, part)`,
      `create table dataset (study text not null, seq integer not null, run_id text not null, upto_seq integer not null, transfer_no integer, manifest_sha256 text not null, primary key (study, seq)) without rowid`,
      `create table current_group (study text not null, group_no integer not null, occurrences integer not null, serious integer not null, first_transfer integer not null, decision text,
        primary key (study, group_no)) without rowid`,
      `create table group_member (study text not null, group_no integer not null, occurrence_no integer not null, primary key (study, group_no, occurrence_no)) without rowid`,
      ...[...APPEND_ONLY, ...STAGED].map(
        (table) =>
          `create trigger ${table}_no_update before update on ${table} begin select raise(abort, '${table} is append-only'); end`,
      ),
      ...APPEND_ONLY.map(
        (table) =>
          `create trigger ${table}_no_delete before delete on ${table} begin select raise(abort, '${table} is append-only'); end`,
      ),
      ...STAGED.map(
        (table) => `create trigger ${table}_no_delete before delete on ${table}
          when not exists (select 1 from transfer_end e where e.study = old.study and e.transfer_no = old.transfer_no and e.state = 'abandoned')
          begin select raise(abort, '${table} is append-only'); end`,
      ),
      ...STAGED.filter((table) => !COUNTS_THROUGH_VERSIONS.has(table)).map(
        (table) => `create trigger ${table}_no_late_insert before insert on ${table}
          when exists (select 1 from transfer_end e where e.study = new.study and e.transfer_no = new.transfer_no)
          begin select raise(abort, '${table}: the transfer has ended'); end`,
      ),
    ],
  },
  {
    version: 2,
    name: 'several dictionaries for one term',
    statements: [
      // Null in the group that its occurrences name; in a group of another dictionary the number of that one.
      `alter table term_group add column main_no integer`,
      `create unique index term_group_main on term_group (study, main_no, terminology) where main_no is not null`,
      // Of a decision on one occurrence: the dictionary, empty for the main one.
      `alter table decision add column terminology text not null default ''`,
      `drop index decision_occurrence`,
      `create unique index decision_occurrence on decision (study, occurrence_no, terminology, seq) where occurrence_no is not null`,
    ],
  },
  {
    version: 3,
    name: 'the workflow of people',
    statements: [
      // What is asked of a site is asked about one occurrence; its state is its latest step.
      `create table site_query (study text not null, id text not null, seq integer not null, occurrence_no integer not null, terminology text not null, based_on text not null, primary key (study, id)) without rowid`,
      `create index site_query_occurrence on site_query (study, occurrence_no, terminology)`,
      `create index site_query_seq on site_query (study, seq, id)`,
      `create table query_step (study text not null, query text not null, seq integer not null, kind text not null check (kind in ('raised','edited','sent','answered','closed','reopened')),
        text text, answered_at text, answered_by text, actor text not null, auth text not null, at text not null, reason text, primary key (study, query, seq)) without rowid`,
      `create index query_step_seq on query_step (study, seq)`,
      // A list belongs to a study, or to what stands for all studies of a sponsor, or for all: their entries lead by its id.
      `create table list_entry (study text not null, id text not null, seq integer not null, kind text not null check (kind in ('synonym','never','ask')), domain text not null, terminology text not null,
        folded text not null, verbatim text not null, code text not null, path text not null, origin text not null, primary key (study, id)) without rowid`,
      `create index list_entry_folded on list_entry (study, folded)`,
      `create table list_step (study text not null, entry text not null, seq integer not null, kind text not null check (kind in ('proposed','approved','rejected','retired')),
        actor text not null, auth text not null, at text not null, reason text, primary key (study, entry, seq)) without rowid`,
      `create index list_step_seq on list_step (study, seq)`,
      `create table note (study text not null, seq integer not null, group_no integer not null, occurrence_no integer, text text not null, actor text not null, auth text not null, at text not null, primary key (study, seq)) without rowid`,
      `create index note_group on note (study, group_no)`,
      `create table signature (study text not null, seq integer not null, kind text not null check (kind in ('signed-off','unlocked')), meaning text not null, covers_seq integer not null, covers_hash text not null,
        transfer_no integer, decisions integer not null, actor text not null, full_name text not null, auth text not null, at text not null, reason text, primary key (study, seq)) without rowid`,
      // Of the number of a further part of a report: the event that gave it. The numbers of reports are their transfer's.
      `alter table sequence add column seq integer`,
      `create index sequence_seq on sequence (study, seq) where seq is not null`,
      `create index coding_further on coding (study, decision) where part_no = 2`,
      // Words of a term that nobody is shown any more, each by its salted hash.
      `create table redaction (study text not null, seq integer not null, group_no integer not null, salt text not null, words text not null, actor text not null, auth text not null, at text not null, reason text not null, primary key (study, seq)) without rowid`,
      `create index redaction_group on redaction (study, group_no)`,
      ...WORKFLOW_APPEND_ONLY.flatMap((table) =>
        ['update', 'delete'].map(
          (act) =>
            `create trigger ${table}_no_${act} before ${act} on ${table} begin select raise(abort, '${table} is append-only'); end`,
        ),
      ),
      // Accounts are a state, not a record: what happens to them is in the chain of the people.
      // `name_key` is what all spellings of a name share: two accounts never look like one person.
      `create table account (name text primary key, name_key text not null unique, full_name text not null, email text, password text, issuer text, issuer_subject text, is_active integer not null, must_change integer not null,
        failures integer not null, locked_until text, created_at text not null, changed_at text not null) without rowid`,
      `create unique index account_issuer on account (issuer, issuer_subject) where issuer is not null`,
      `create table account_role (account text not null references account, study text not null, role text not null, primary key (account, study, role)) without rowid`,
      `create table session (id_hash text primary key, account text not null references account, csrf text not null, kind text not null check (kind in ('browser','command-line')), auth text not null, created_at text not null, seen_at text not null, expires_at text not null) without rowid`,
      `create index session_account on session (account)`,
      // All that the course of the work is drawn from, beside decisions that are long.
      `create index decision_course on decision (study, seq, group_no, outcome, at)`,
      `create index verdict_seq on verdict (study, seq)`,
      // Codes that wait are few, and people ask for them all the time; a look at every decision would take seconds.
      `create index decision_waits on decision (study, id) where waits = 1`,
      `create index event_object on event (study, object)`,
      `create index event_kind on event (study, kind, seq)`,
    ],
  },
]

export const STORE_VERSION = MIGRATIONS.length
