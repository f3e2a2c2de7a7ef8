/** Types for the one distance of `natural` that is measured. */
declare module 'natural/lib/natural/distance/jaro-winkler_distance.js' {
  export default function measureJaroWinkler(one: string, other: string): number
}
