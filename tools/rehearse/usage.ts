import type { Palette } from "../../planning/palette";
import type { Rehearsal } from "../../rehearsal/rehearsal";

/** Requests that the API of a rehearsal answers, as arguments of curl; `url` is its base URL. */
function requests(url: string, isReferenceApi: boolean): string[] {
  return isReferenceApi
    ? [
        `curl -X PUT -d '{"at": "2026-01-31T12:00:00Z", "close": 1.5}' ${url}/prices/ACME`,
        `curl ${url}/prices/ACME`,
        `curl ${url}/ready`,
      ]
    : [`curl ${url}/health`, `curl ${url}/ready`];
}

/** How to use running nodes: requests to the API, how to look into nodes, and how to end them. */
export function usage({ apiUrl, machines, stack }: Rehearsal, { bold }: Pick<Palette, "bold">): string {
  const node = machines[0]!.host.name;
  const section = (title: string, lines: readonly string[]): string =>
    [bold(title), ...lines.map((line) => `  ${line}`)].join("\n");
  return `${[
    ...(apiUrl === undefined
      ? []
      : [section(`Use the API at ${apiUrl}`, requests(apiUrl, stack.registry !== undefined))]),
    section("Look inside", [
      `npm run rehearse -- shell ${node}`,
      `npm run rehearse -- shell ${node} systemctl --failed`,
      `npm run rehearse -- logs ${node}`,
      "npm run rehearse -- status",
    ]),
    section("End it", ["make down"]),
  ].join("\n\n")}\n`;
}
