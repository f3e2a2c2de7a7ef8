/** Types for the one file of `natural` in use: its root loads database drivers and prints on standard output. */
declare module 'natural/lib/natural/stemmers/porter_stemmer.js' {
  const stemmer: { stem(word: string): string }
  export default stemmer
}
