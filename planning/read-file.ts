import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parse } from "yaml";
import { UsageError } from "./stack-file";

/** Reads the JSON file that an option names. Throws UsageError. */
export function readJson(path: string, option: string): unknown {
  return readWith(path, option, "JSON", JSON.parse);
}

/** Reads the YAML file that an option names. Throws UsageError. */
export function readYaml(path: string, option: string): unknown {
  return readWith(path, option, "YAML", parse);
}

/** Reads the JSON file that an option names; "-" is standard input. Throws UsageError. */
export async function readJsonOrInput(path: string, option: string): Promise<unknown> {
  return path === "-" ? parsed(await text(process.stdin), path, option, "JSON", JSON.parse) : readJson(path, option);
}

function readWith(path: string, option: string, format: string, parser: (content: string) => unknown): unknown {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`${option} ${path}: no such file`);
  }
  return parsed(content, path, option, format, parser);
}

function parsed(
  content: string,
  path: string,
  option: string,
  format: string,
  parser: (content: string) => unknown,
): unknown {
  try {
    return parser(content);
  } catch (error) {
    throw new UsageError(`${option} ${path}: not ${format}: ${(error as Error).message}`);
  }
}
