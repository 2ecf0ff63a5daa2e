/** One thing that is wrong with a stack's config. */
export interface Problem {
  /** For example "tier" or "overrides.neo4j.heapGiB". */
  readonly key: string;
  /** As it is shown: never that of a secret. */
  readonly value: string;
  /** What is wrong, where the list of what is allowed doesn't say it. */
  readonly reason?: string;
  readonly allowed: string;
  /** A line that would be right. */
  readonly example: string;
}

/** A stack's config has problems: all of them, each with its key, its value, what is allowed and an example. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(
    stack: string,
    readonly problems: readonly Problem[],
  ) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    super(
      [`The config of stack ${JSON.stringify(stack)} has ${count}.`, ...problems.map(describe)].join("\n\n") +
        "\n\nAll keys: docs/configuration.md",
    );
  }
}

/** A line of Pulumi.<stack>.yaml that sets a key, which may lie within an object: "overrides.redis.diskGiB". */
export function line(key: string, value: string): string {
  const [root, ...path] = key.split(".");
  return `${root}: ${path.reduceRight((inner, name) => `{ ${name}: ${inner} }`, value)}`;
}

/** In the place of an encrypted value. */
export const SECRET = "[secret]";
/** In the place of a mistyped key's value, which may be anything: also a secret. */
export const NOT_SHOWN = "(not shown)";
const NOT_SET = "(not set)";
const LONGEST = 120;

/** How a value is shown. Whoever writes a password into a URL doesn't find it in a message. */
export function shown(value: unknown): string {
  if (value === undefined) {
    return NOT_SET;
  }
  const written = JSON.stringify(value).replace(/\/\/[^/@\s"]*@/g, `//${SECRET}@`);
  return written.length > LONGEST ? `${written.slice(0, LONGEST)}...` : written;
}

function describe({ key, value, reason, allowed, example }: Problem): string {
  const lines = [`${key}: ${value}`];
  if (reason !== undefined) {
    lines.push(`why:     ${reason}`);
  }
  return [...lines, `allowed: ${allowed}`, `example: ${example}`].join("\n  ");
}
