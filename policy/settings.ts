import { Refused } from "../stacks/config/parsers";
import { waivers as parseWaivers, type Waiver } from "../stacks/config/waivers";
import { stackLabels } from "../stacks/labels";
import { asTier, type Context } from "./context";

/** The program's namespace in a stack's config. */
export const NAMESPACE = "ape-deploy";

/** What the pack may know of a stack in addition to its resources. */
export interface Known {
  /** The stack's name; undefined if only its resources are known. */
  readonly stack?: string;
  readonly tier?: string;
  readonly owner?: string;
  readonly costCentre?: string;
  /** USD a month. */
  readonly budgetUsd?: number;
  /** Customer-managed key. */
  readonly kmsKey?: string;
  readonly waivers?: readonly Waiver[];
  /** "2026-01-31". */
  readonly today: string;
  readonly parameters?: Context["parameters"];
}

/** The context that rules receive. */
export function contextOf({ stack = "", owner = "", costCentre = "", ...known }: Known): Context {
  const tier = asTier(known.tier);
  const labels = Object.entries(stackLabels({ stack, tier: tier ?? "", owner, costCentre })).filter(
    ([, value]) => value !== "",
  );
  return {
    ...(tier === undefined ? {} : { tier }),
    ...(known.budgetUsd === undefined ? {} : { budgetUsd: known.budgetUsd }),
    kmsKey: known.kmsKey ?? "",
    labels: Object.fromEntries(labels),
    waivers: known.waivers ?? [],
    today: known.today,
    parameters: known.parameters ?? ((): Record<string, unknown> => ({})),
  };
}

/** Reads a stack's config, keys without the namespace. Throws if the waivers can't be parsed: judging without them would mislead. */
export function knownFrom(values: Readonly<Record<string, unknown>>): Omit<Known, "today" | "stack"> {
  const texts = ["tier", "owner", "costCentre", "kmsKey"].flatMap((key) => {
    const value = values[key];
    return typeof value === "string" && value !== "" ? [[key, value] as const] : [];
  });
  const budgetUsd = Number(values.budgetUsd ?? "auto");
  return {
    ...Object.fromEntries(texts),
    ...(Number.isFinite(budgetUsd) ? { budgetUsd } : {}),
    waivers: readWaivers(values.waivers ?? {}),
  };
}

/** Today in UTC, for the end dates of waivers. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function readWaivers(value: unknown): readonly Waiver[] {
  try {
    return parseWaivers(value);
  } catch (error) {
    if (error instanceof Refused) {
      throw new Error(`${NAMESPACE}:waivers can't be parsed: ${error.message}`);
    }
    throw error;
  }
}
