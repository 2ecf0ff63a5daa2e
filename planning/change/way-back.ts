import { PROJECT } from "../../stacks/config/load";
import type { DiskChange } from "./disks";

/** A setting of a change with the value that it replaces. */
export interface Setting {
  /** Key, with dots for fields of objects. */
  readonly key: string;
  readonly value: string;
  /** Value in the stack's config file. Undefined: the key is not set. */
  readonly before: string | undefined;
}

/** Reads "key=value" settings and what the config file has instead. */
export function settingsOf(settings: readonly string[], values: Readonly<Record<string, unknown>>): Setting[] {
  return settings.map((setting) => {
    const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
    return { key, value, before: textOf(at(values, key.split("."))) };
  });
}

/** The commands that make the change. */
export function commandsOf(stack: string, settings: readonly Setting[]): string[] {
  return [...settings.map(({ key, value }) => set(stack, key, value)), ...deploy(stack)];
}

/** The commands that undo the change. */
export function wayBack(stack: string, settings: readonly Setting[]): string[] {
  const undo = [...settings]
    .reverse()
    .map(({ key, before }) =>
      before === undefined ? `pulumi config rm -s ${stack}${path(key)} ${name(key)}` : set(stack, key, before),
    );
  return [...undo, ...deploy(stack)];
}

/** What the way back does not restore. */
export function oneWay(disks: readonly DiskChange[]): string[] {
  return disks
    .filter(({ action }) => action === "grow")
    .map(({ role, to }) => `The disk of ${role} stays at ${to}: keep its size in overrides.`);
}

function deploy(stack: string): string[] {
  return [`pulumi up -s ${stack}`, `npm run verify -- --stack ${stack} --wait 10m`];
}

function set(stack: string, key: string, value: string): string {
  return `pulumi config set -s ${stack}${path(key)} ${name(key)} ${quoted(value)}`;
}

/** Fields of objects need --path and the project's namespace. */
function path(key: string): string {
  return key.includes(".") ? " --path" : "";
}

function name(key: string): string {
  return key.includes(".") ? `${PROJECT}:${key}` : key;
}

/** A shell word. */
function quoted(value: string): string {
  return /^[\w./:@%+=-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) {
    return value;
  }
  return typeof value === "object" && value !== null ? at((value as Record<string, unknown>)[key], rest) : undefined;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) {
    return undefined;
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
