/** Text styles of a terminal. picocolors has them all, and returns plain text where the output is not a terminal. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
}
