import { closest, distance } from "fastest-levenshtein";

/** The known word closest to a mistyped one, or undefined when none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const guess = closest(
    word.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  );
  const found = known.find((each) => each.toLowerCase() === guess);
  return found !== undefined && distance(word.toLowerCase(), guess) <= Math.ceil(found.length / 2) ? found : undefined;
}
