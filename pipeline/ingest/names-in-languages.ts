/**
 * What columns are called in exports whose questions are in German, French, Spanish, Italian or Japanese, as plain names
 * (`toPlainName`: marks of Latin letters are gone). The words that such forms commonly use, not all of them. Knows
 * names only.
 */
import type { CodedDomain } from '../../schemas/records.ts'

/** Names that are written with blanks between them. */
function toNames(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

/** Reported terms. */
export const TERMS_IN_LANGUAGES: { readonly [domain in CodedDomain]: readonly string[] } = {
  AE: toNames(`
    unerwunschtesereignis unerwuenschtesereignis unerwunschteereignisse nebenwirkung uebezeichnung
    evenementindesirable effetindesirable libelledelevenement libelleei termeei
    acontecimientoadverso eventoadverso efectoadverso terminoea eventoavverso termineevento 有害事象
    有害事象名 有害事象用語 事象名`),
  MH: toNames(`
    vorerkrankung vorerkrankungen begleiterkrankung anamnese antecedent antecedents
    antecedentmedical antecedentsmedicaux antecedente antecedentes antecedentesmedicos
    antecedentemedico historiaclinica anamnesi patologiapregressa 既往歴 既往症 合併症 病歴`),
}

/** What names of an adverse event's columns begin with, as `ae` in English: UE (de), EI (fr), EA (es, it). */
export const AE_PREFIX_IN_LANGUAGES = /^(?:ue|ei|ea)/

/** What follows that prefix where the column holds the term. */
export const TERM_RESTS_IN_LANGUAGES: readonly string[] = toNames(
  'bezeichnung beschreibung diagnose libelle terme descripcion termino termine descrizione',
)

/** Variables by their suffix. */
export const VARIABLES_IN_LANGUAGES: { readonly [suffix: string]: readonly string[] } = {
  STDAT: toNames(`
    beginn beginndatum startdatum datumbeginn beginnam datededebut datedebut debut fechadeinicio
    fechainicio inicio datainizio datadiinizio 発現日 発症日 発生日 開始日`),
  ENDAT: toNames(`
    ende enddatum endedatum datumende endeam datedefin datefin fechadefin fechafin
    fechadefinalizacion datafine datadifine 転帰日 消失日 回復日 終了日`),
  ONGO: toNames('andauernd fortdauernd nochandauernd encours encurso incorso 継続 継続中'),
  SEV: toNames('schweregrad intensitat intensitaet intensite severite intensidad severidad intensita 重症度 程度'),
  SER: toNames('schwerwiegend grave eventograve 重篤性 重篤 重篤度'),
  REL: toNames(`
    kausalitat kausalitaet kausalzusammenhang zusammenhang causalite imputabilite causalidad
    relacioncausal causalita 因果関係`),
  OUT: toNames('ausgang evolution desenlace esito 転帰'),
  ACN: toNames('massnahme maßnahme mesureprise actionprise medidatomada accion azioneintrapresa 処置'),
}

/** What a file or a form is called. */
export const FORMS_IN_LANGUAGES: { readonly [domain in CodedDomain]: RegExp } = {
  AE: /unerw(?:ü|ue)nscht|ind[eé]sirable|adverso|avvers[oi]|有害事象/i,
  MH: /vorerkrank|anamnes|ant[eé]c[eé]dent|既往歴|合併症/i,
}

/** Subject ids and sites. */
export const PLACES_IN_LANGUAGES: { readonly [word in 'subject' | 'site']: readonly string[] } = {
  subject: toNames(`
    patientennummer patientennr patientenid patnr probandennummer probandennr pseudonym npatient
    nopatient numeropatient numerodepatient idpatient codepatient nodepaciente npaciente nopaciente
    numerodepaciente idpaciente codigodepaciente paciente numeropaziente idpaziente paziente 症例番号
    被験者番号 被験者識別コード 登録番号 患者番号`),
  site: toNames(`
    zentrum zentrumsnummer zentrumnr prufzentrum pruefzentrum numerocentre ncentre nocentre centro
    numerodecentro nodecentro ncentro 施設番号 施設コード 施設 施設名 実施医療機関`),
}

/** Columns that number a subject's lines. */
export const LINES_IN_LANGUAGES: readonly string[] = toNames(
  'lfdnr laufendenummer nrue uenr nei noei numeroei nea noea numeroea 連番 通番',
)

/** Degrees of severity, and yes and no, as the values of such columns. */
export const SEVERITY_IN_LANGUAGES =
  /^(?:leicht|mild|mittel(?:schwer|gradig)?|ma(?:ß|ss)ig|moderat|schwer|lebensbedrohlich|leg[eè]re?|l[eé]g[eè]re?|mod[eé]r[eé]e?|s[eé]v[eè]re|leve|moderad[oa]|grave|lieve|軽度|中等度|高度|重度|軽症|中等症|重症)$/i
export const YES_NO_IN_LANGUAGES = /^(?:ja|nein|j|n|no|oui|non|o|s[ií]|s|sì|はい|いいえ|有|無|重篤|非重篤)$/i
