/** `match`: verbatims in, one a line; results out, one JSON line each, in the same order. */
import { DEFAULT_DICTIONARY, matchVerbatim, openAutocoder, toPlace } from '../../index.ts'
import { DOMAIN_OPTION, toCommand } from '../command.ts'

const FLUSH_CHARACTERS = 64 * 1024

export const MATCH = toCommand({
  name: 'match',
  summary: 'Match verbatims from standard input, one a line; prints one JSON line each',
  example: 'aecoder match < verbatims.txt',
  arguments: [],
  options: {
    ...DOMAIN_OPTION,
    dictionary: { kind: 'text', value: 'DIR', summary: 'a folder, zip or code list to match in (else OpenAE)' },
  },
  async run({ options, world }) {
    const path = options.dictionary === undefined ? DEFAULT_DICTIONARY.path : toPlace(options.dictionary)
    const coder = await openAutocoder(path, world)
    let text = ''
    for await (const line of readLines(world.stdin)) {
      text += `${JSON.stringify(matchVerbatim(line, coder, options.domain))}\n`
      if (text.length < FLUSH_CHARACTERS) continue
      await world.writeOut(text)
      text = ''
    }
    await world.writeOut(text)
    return { json: undefined, text: '' }
  },
})

/** Lines without their ends (LF or CRLF); a last line without an end counts. */
async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8') // drops a byte order mark
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  rest += decoder.decode()
  if (rest !== '') yield rest.endsWith('\r') ? rest.slice(0, -1) : rest
}
