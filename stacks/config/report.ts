/** One problem of a stack's config. */
export interface Problem {
  /** For example "tier" or "overrides.neo4j.heapGiB". */
  readonly key: string;
  /** The value as shown; never that of a secret. */
  readonly value: string;
  /** What is wrong. Omitted when the list of allowed values explains it. */
  readonly reason?: string;
  readonly allowed: string;
  /** A valid line. */
  readonly example: string;
}

/** A stack's config is invalid. Lists every problem with its key, value, allowed values and an example. */
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

/** A line of Pulumi.<stack>.yaml that sets a key; the key may be a path into an object, "overrides.redis.diskGiB". */
export function line(key: string, value: string): string {
  const [root, ...path] = key.split(".");
  return `${root}: ${path.reduceRight((inner, name) => `{ ${name}: ${inner} }`, value)}`;
}

/** Replaces an encrypted value. */
export const SECRET = "[secret]";
/** Replaces the value of an unknown key, which may be a secret. */
export const NOT_SHOWN = "(not shown)";
const NOT_SET = "(not set)";
const LONGEST = 120;

/** A value as shown in a message. Passwords in URLs are removed. */
export function shown(value: unknown): string {
  if (value === undefined) {
    return NOT_SET;
  }
  const written = JSON.stringify(value).replace(/\/\/[^/@\s"]*@/g, `//${SECRET}@`);
  return written.length > LONGEST ? `${written.slice(0, LONGEST)}...` : written;
}

/** A problem as shown, over several lines. */
export function describe({ key, value, reason, allowed, example }: Problem): string {
  const lines = [`${key}: ${value}`];
  if (reason !== undefined) {
    lines.push(`why:     ${reason}`);
  }
  return [...lines, `allowed: ${allowed}`, `example: ${example}`].join("\n  ");
}
