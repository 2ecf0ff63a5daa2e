import type { Cloud } from "../../components/model/cloud";
import { unknown, type Finding } from "./check";

/** Something that was read from the cloud, or why it could not be read. */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** Reads; an error becomes the reading's problem. */
export async function reading<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { problem: firstLine(error) };
  }
}

/** What a reading shows; unknown if nothing was read. */
export function judged<T>(read: Reading<T>, cloud: Cloud, judge: (value: T) => Finding): Finding {
  return "value" in read ? judge(read.value) : unknown(read.problem, SIGN_IN[cloud]);
}

/** How to get the deployer's credentials. */
const SIGN_IN: Readonly<Record<Cloud, string>> = {
  aws: "Use the deployer's credentials: `aws sso login`, and `AWS_PROFILE` if it is not the default profile.",
  gcp: "Use the deployer's credentials: `gcloud auth application-default login`.",
};

function firstLine(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const line = message.split("\n")[0]!;
  return line === "" || line === "UnknownError" ? name : line;
}
