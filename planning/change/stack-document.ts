import type { StackReport } from "./check-stack";
import { checkSections, verdictOf, type Document } from "./document";

/** A report of a running stack, to print or to keep. */
export function stackDocument({ stack, at, nodes, checks, costReview }: StackReport): Document {
  return {
    title: `Check of ${stack}`,
    verdict: verdictOf(checks),
    sections: [
      {
        title: "Nodes",
        head: ["node", "machine", "phase", "bootstrap", "ordered", "roles", "leads", "seconds", "written"],
        rows: nodes.flatMap(({ name, ordered, statuses }) =>
          statuses.map((status) => [
            name,
            status.machine,
            status.phase,
            short(status.bootstrap),
            short(ordered),
            Object.keys(status.roles).join(", "),
            Object.entries(status.roles)
              .filter(([, { leads }]) => leads)
              .map(([role]) => role)
              .join(", "),
            String(status.seconds),
            status.at,
          ]),
        ),
      },
      ...checkSections(checks),
      {
        title: "Afterwards",
        lines: [
          `checked: ${at}`,
          `compare the bill with the estimate on ${costReview}: npm run cost -- --stack ${stack}`,
        ],
        shell: false,
      },
    ],
  };
}

/** Enough of a hash to compare by eye. */
function short(hash: string): string {
  return hash.slice(0, 12);
}
