/** Files that the person hands to the page. */

/** The text of the chosen file, and its name; undefined where none was chosen. */
export async function readChosen(input: HTMLInputElement): Promise<{ name: string; text: string } | undefined> {
  const file = input.files?.[0]
  if (file === undefined) return undefined
  const text = await file.text()
  // The same file can be chosen again.
  input.value = ''
  return { name: file.name, text }
}
