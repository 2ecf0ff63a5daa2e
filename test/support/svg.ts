interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly dashed: boolean;
}

/** Pixels of a character of 12 pixels: more than the mean of Helvetica, as a safety. */
const CHARACTER = 6.6;

/** Where an SVG picture of this project has its texts, as wide as they are at most, and its lines. */
export function boxes(svg: string): { texts: Box[]; lines: Box[]; width: number; height: number } {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number) as [number, number, number];
  const texts = [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, text]): Box => {
    const size = Number(attribute(attributes!, "font-size") ?? 12);
    const length = (text!.length * CHARACTER * size) / 12;
    const part = { start: 0, middle: 0.5, end: 1 }[attribute(attributes!, "text-anchor") ?? "start"]!;
    const left = Number(attribute(attributes!, "x")) - part * length;
    const baseline = Number(attribute(attributes!, "y"));
    return { text: text!, left, right: left + length, top: baseline - size * 0.75, bottom: baseline, dashed: false };
  });
  const lines = [...svg.matchAll(/<line ([^>]*?)\/?>/g)].map(([, attributes]): Box => {
    const at = (name: string): number => Number(attribute(attributes!, name));
    return {
      text: "line",
      left: Math.min(at("x1"), at("x2")),
      right: Math.max(at("x1"), at("x2")),
      top: Math.min(at("y1"), at("y2")),
      bottom: Math.max(at("y1"), at("y2")),
      dashed: attributes!.includes("stroke-dasharray"),
    };
  });
  return { texts, lines, width, height };
}

/** The texts of pairs of boxes that overlap. */
export function overlapping(some: readonly Box[], others: readonly Box[]): string[] {
  return some.flatMap((a) =>
    others
      .filter((b) => a !== b && a.left < b.right && b.left < a.right && a.top <= b.bottom && b.top <= a.bottom)
      .map((b) => `${a.text} / ${b.text}`),
  );
}

function attribute(attributes: string, name: string): string | undefined {
  return new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1];
}
