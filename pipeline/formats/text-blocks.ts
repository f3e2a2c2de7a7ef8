/** Text in pieces of bounded size. Knows nothing of what the text holds. */

/** Characters that are parsed at once: large enough to be fast, small enough to keep memory flat. */
const BLOCK_CHARACTERS = 65_536

/** Cuts long pieces of text; short ones pass as they are. Ending the loop early ends `text` too. */
export async function* toBlocks(
  text: AsyncIterable<string> | readonly string[],
): AsyncGenerator<string, void, undefined> {
  for await (const piece of text) {
    for (let at = 0; at < piece.length; at += BLOCK_CHARACTERS) yield piece.slice(at, at + BLOCK_CHARACTERS)
  }
}
