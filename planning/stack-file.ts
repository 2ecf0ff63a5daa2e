import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A stack's config file, read without Pulumi's engine. */
export interface StackFile {
  readonly stack: string;
  /** By key, without the project's namespace. Encrypted values are omitted. */
  readonly values: Record<string, unknown>;
  /** Keys whose values are encrypted. */
  readonly secretKeys: readonly string[];
}

/** Invalid use of a command. The message is shown to the user. */
export class UsageError extends Error {}

const ROOT = join(__dirname, "..");
const NAMESPACE = "ape-deploy:";

/** Reads Pulumi.<stack>.yaml. Throws UsageError if it does not exist. */
export function readStackFile(stack: string): StackFile {
  const path = join(ROOT, `Pulumi.${stack}.yaml`);
  if (!existsSync(path)) {
    throw new UsageError(`no such stack: ${stack} (stacks: ${knownStacks().join(", ")})`);
  }
  const { config = {} } = parse(readFileSync(path, "utf8")) as { config?: Record<string, unknown> };
  const own = Object.entries(config)
    .filter(([key]) => key.startsWith(NAMESPACE))
    .map(([key, value]) => [key.slice(NAMESPACE.length), value] as const);
  return {
    stack,
    values: Object.fromEntries(own.filter(([, value]) => !isEncrypted(value))),
    secretKeys: own.filter(([, value]) => isEncrypted(value)).map(([key]) => key),
  };
}

/** The stacks that have a config file. */
export function knownStacks(): string[] {
  return readdirSync(ROOT)
    .map((file) => /^Pulumi\.([a-z][a-z0-9-]*)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined)
    .sort();
}

/**
 * Applies "key=value" settings. Dots address fields of objects ("overrides.redis.diskGiB=20"); a value may be a JSON object
 * or array. Throws UsageError for a setting without "=" or with invalid JSON.
 */
export function applySettings(
  values: Readonly<Record<string, unknown>>,
  settings: readonly string[],
): Record<string, unknown> {
  const result = structuredClone(values) as Record<string, unknown>;
  for (const setting of settings) {
    const [, path, text] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
    if (path === undefined || text === undefined) {
      throw new UsageError(`--set ${setting}: expected key=value, for example --set tier=t4`);
    }
    assign(result, path.split("."), text);
  }
  return result;
}

function assign(target: Record<string, unknown>, path: readonly string[], text: string): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[key] = /^[[{]/.test(text) ? json(key, text) : text;
    return;
  }
  const inner = target[key];
  const next = typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {};
  target[key] = next;
  assign(next, rest, text);
}

function json(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--set ${key}=${text}: not valid JSON, for example --set 'allowedClientCidrs=["10.0.0.0/8"]'`);
  }
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}
