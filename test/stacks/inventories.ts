/** What each cell registers: its lines, sorted. */
export type Inventories = ReadonlyMap<string, readonly string[]>;

const HEADING = "## ";

/**
 * The text of a golden file: every line once, below a heading that names exactly the cells that have it. A cell's name is
 * `<tier>-<placement>-<availability>`; a heading lists tiers and shapes, as in "t3 t4: dedicated-ha packed-ha".
 */
export function writeInventories(title: string, inventories: Inventories): string {
  const cellsByLine = new Map<string, string[]>();
  for (const [cell, lines] of inventories) {
    for (const line of lines) {
      cellsByLine.set(line, [...(cellsByLine.get(line) ?? []), cell]);
    }
  }
  const sections = groupBy([...cellsByLine], ([, cells]) => heading(cells));
  const largestFirst = [...sections].sort(
    ([a, [first]], [b, [second]]) => second![1].length - first![1].length || (a < b ? -1 : 1),
  );
  return [
    `# ${title}`,
    ...largestFirst.flatMap(([name, lines]) => ["", `${HEADING}${name}`, ...lines.map(([line]) => line).sort()]),
    "",
  ].join("\n");
}

/** Reads the text of a golden file. */
export function readInventories(text: string): Inventories {
  const inventories = new Map<string, string[]>();
  let cells: string[] = [];
  for (const line of text.split("\n").slice(1)) {
    if (line.startsWith(HEADING)) {
      cells = cellsOf(line.slice(HEADING.length));
    } else if (line !== "") {
      cells.forEach((cell) => inventories.set(cell, [...(inventories.get(cell) ?? []), line]));
    }
  }
  return new Map([...inventories].map(([cell, lines]) => [cell, lines.sort()]));
}

/** Shapes that the same tiers have are written together: a union of products. */
function heading(cells: readonly string[]): string {
  const shapes = groupBy([...cells].sort(), shapeOf);
  const products = groupBy([...shapes], ([, members]) => members.map(tierOf).join(" "));
  return [...products].map(([tiers, same]) => `${tiers}: ${same.map(([shape]) => shape).join(" ")}`).join("; ");
}

function cellsOf(heading: string): string[] {
  return heading.split("; ").flatMap((product) => {
    const [tiers, shapes] = product.split(": ").map((words) => words.split(" "));
    return shapes!.flatMap((shape) => tiers!.map((tier) => `${tier}-${shape}`));
  });
}

function tierOf(cell: string): string {
  return cell.slice(0, cell.indexOf("-"));
}

function shapeOf(cell: string): string {
  return cell.slice(cell.indexOf("-") + 1);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  }
  return groups;
}
