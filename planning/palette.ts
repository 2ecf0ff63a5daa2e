/** Text styles of a terminal. picocolors provides them, and returns plain text if the output is not a terminal. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
}
