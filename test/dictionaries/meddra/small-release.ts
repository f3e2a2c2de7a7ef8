/** A dictionary small enough to read: two SOCs, three PTs, one of them with a secondary path. */
import type { DictionaryFiles } from '../../../schemas/files.ts'

export type Release = { readonly [file: string]: string | Uint8Array }

export const SMALL_RELEASE = {
  'soc.asc': `81000001$Complaints of nerves$Nerv$$$$$$$$
81000002$Complaints of the belly$Belly$$$$$$$$
`,
  'hlgt.asc': `81000011$Head group$$$$$$$$
81000012$Bowel group$$$$$$$$
`,
  'hlt.asc': `81000021$Aches of the head$$$$$$$$
81000022$Bowel movements$$$$$$$$
`,
  'pt.asc': `81000101$Aching head$$81000001$$$$$$$$
81000102$Loose motions$$81000002$$$$$$$$
81000103$Belly megrim$$81000002$$$$$$$$
`,
  'llt.asc': `81000101$Aching head$81000101$$$$$$$Y$$
81000102$Loose motions$81000102$$$$$$$Y$$
81000103$Belly megrim$81000103$$$$$$$Y$$
81000203$Watery motions$81000102$$$$$$$Y$$
81000201$Throbbing head$81000101$$$$$$$Y$$
81000202$Sick head, aching$81000101$$$$$$$N$$
`,
  'hlt_pt.asc': `81000021$81000101$
81000022$81000102$
81000022$81000103$
81000021$81000103$
`,
  'hlgt_hlt.asc': `81000011$81000021$
81000012$81000022$
`,
  'soc_hlgt.asc': `81000001$81000011$
81000002$81000012$
`,
  'mdhier.asc': `81000101$81000021$81000011$81000001$Aching head$Aches of the head$Head group$Complaints of nerves$Nerv$$81000001$Y$
81000102$81000022$81000012$81000002$Loose motions$Bowel movements$Bowel group$Complaints of the belly$Belly$$81000002$Y$
81000103$81000021$81000011$81000001$Belly megrim$Aches of the head$Head group$Complaints of nerves$Nerv$$81000002$N$
81000103$81000022$81000012$81000002$Belly megrim$Bowel movements$Bowel group$Complaints of the belly$Belly$$81000002$Y$
`,
  'intl_ord.asc': `1$81000001$
2$81000002$
`,
  'meddra_release.asc': '7.1$English$$$$\n',
} as const satisfies Release

/** The small release with one passage of a file put differently. */
export function withChange(file: keyof typeof SMALL_RELEASE, from: string, to: string): Release {
  const text: string = SMALL_RELEASE[file]
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`)
  return { ...SMALL_RELEASE, [file]: text.replace(from, () => to) }
}

/** Every file under another name, with another content. */
export function mapRelease(
  release: Release,
  change: (name: string, content: string | Uint8Array) => readonly [name: string, content: string | Uint8Array],
): Release {
  return Object.fromEntries(Object.entries(release).map(([name, content]) => change(name, content)))
}

/** The release as a folder; content arrives in small chunks, so that letters are split between them. */
export function toDictionaryFiles(release: Release): DictionaryFiles {
  return {
    where: 'small-release',
    list: () => Promise.resolve(Object.keys(release)),
    open: (name) => toChunks(release[name] ?? ''),
  }
}

async function* toChunks(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  for (let start = 0; start < bytes.length; start += 7) yield await Promise.resolve(bytes.subarray(start, start + 7))
}
