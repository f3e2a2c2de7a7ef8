/** A release of ICD-10-CM small enough to read, with invented names: one chapter, two sections, a 7th character. */
import { AecoderError } from '../../../schemas/errors.ts'

export type Files = Record<string, string | Uint8Array>

/** A line of an order file, in its fixed columns. */
export function toLine(order: number, code: string, flag: 0 | 1, title: string): string {
  return `${String(order).padStart(5, '0')} ${code.padEnd(7)} ${flag} ${title.slice(0, 60).padEnd(60)} ${title}\n`
}

export const ORDER = [
  toLine(1, 'K10', 0, 'Glimmer of the foot'),
  toLine(2, 'K101', 1, 'Glimmer of the right foot'),
  toLine(3, 'K102', 1, 'Glimmer of the left foot'),
  toLine(4, 'K11', 1, 'Glow'),
  toLine(5, 'K20', 0, 'Dent'),
  toLine(6, 'K200', 0, 'Dent of the knee'),
  toLine(7, 'K200XXA', 1, 'Dent of the knee, first visit'),
  toLine(8, 'K200XXS', 1, 'Dent of the knee, later'),
].join('')

export const TABULAR = `<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
  <version>2026</version>
  <introduction><introSection type="title"><title>Invented</title><note>for nobody</note></introSection></introduction>
  <chapter>
    <name>1</name>
    <desc>Lights and dents (K00-K99)</desc>
    <notes><note>all invented</note></notes>
    <sectionIndex><sectionRef first="K10" last="K19" id="K10-K19">Lights</sectionRef></sectionIndex><section id="K10-K99"><desc>A heading over sections (K10-K99)</desc></section>
    <section id="K10-K19">
      <desc>Lights (K10-K19)</desc>
      <excludes2><note>dents (K20)</note></excludes2>
      <diag>
        <name>K10</name>
        <desc>Glimmer of the foot</desc>
        <inclusionTerm><note>Shimmer of the sole</note></inclusionTerm>
        <codeFirst><note>what made it glimmer</note></codeFirst>
        <diag>
          <name>K10.1</name>
          <desc>Glimmer of the right foot</desc>
          <inclusionTerm>
            <note>Right sole alight</note>
            <note>glimmer of the RIGHT foot</note>
            <note>Right  sole alight</note>
          </inclusionTerm>
          <excludes1><note>sparks (K11)</note></excludes1>
        </diag>
        <diag><name>K10.2</name><desc>Glimmer of the left foot</desc></diag>
      </diag>
      <diag>
        <name>K11</name>
        <desc>Glow</desc>
        <includes><note>being aglow &amp; warm</note></includes>
      </diag>
    </section>
    <section id="K20">
      <desc>Dents (K20)</desc>
      <diag>
        <name>K20</name>
        <desc>Dent</desc>
        <sevenChrNote><note>A 7th character is to be added</note></sevenChrNote>
        <sevenChrDef><extension char="A">first visit</extension><extension char="S">later</extension></sevenChrDef>
        <diag><name>K20.0</name><desc>Dent of the knee</desc></diag>
      </diag>
    </section>
  </chapter>
</ICD10CM.tabular>
`

export const INDEX = `<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index>
  <version>2026</version>
  <letter>
    <title>R</title>
    <mainTerm>
      <title>Radiance<nemod>(warm)</nemod></title>
      <code>K11</code>
      <term level="1"><title>pedal</title><code>K10.-</code></term>
      <term level="1"><title>of knee</title><see>Dent</see></term>
    </mainTerm>
  </letter>
</ICD10CM.index>
`

export const SMALL_ICD = {
  'icd10cm_order_2026.txt': ORDER,
  'icd10cm_tabular_2026.xml': TABULAR,
  'icd10cm_index_2026.xml': INDEX,
} as const satisfies Files

/** A text with one passage put differently. */
export function withPassage(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the text does not hold ${from}`)
  return text.replace(from, () => to)
}

/** The message of the error that a call ends in. */
export async function catchMessage(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    if (error instanceof AecoderError) return `${error.code} ${error.message}`
    throw error
  }
  throw new Error('it was taken as whole')
}
