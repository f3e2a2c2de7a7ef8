/** A released version of OpenAE, which never changes: what tests expect of its terms stays true. */
import { fileURLToPath } from 'node:url'

export const OPENAE_0_1 = fileURLToPath(new URL('../dictionaries/openae/0.1', import.meta.url))
