import { execFile } from "node:child_process";
import * as http from "node:http";
import * as https from "node:https";
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";
import { READINESS } from "../../components/api/plan";
import { dnsName } from "../../components/model/role";
import type { StackPlan } from "../../stacks/plan";
import { reading, type Reading } from "./access";
import { check, fail, pass, unknown, type Check } from "./check";

/** Where the API is, and which authority issued its certificate. */
export interface ApiAddress {
  readonly url: string;
  /** PEM. Undefined: a public authority. */
  readonly ca?: string;
}

/** The API's answer to a readiness request. */
interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Seconds after which no answer counts as none. */
const TIMEOUT_SECONDS = 10;

/** The API's address from the stack's outputs. Throws without the Pulumi CLI, or if the stack is not deployed. */
export async function apiAddress(stack: string): Promise<ApiAddress> {
  const args = ["stack", "output", "--json", "--non-interactive", "--stack", stack];
  const { stdout } = await promisify(execFile)("pulumi", args, { encoding: "utf8", timeout: 60_000 }).catch(explain);
  const { apiUrl, caCertificate } = JSON.parse(stdout) as { apiUrl?: string; caCertificate?: string };
  if (apiUrl === undefined) {
    throw new Error(`the stack ${stack} has no output apiUrl`);
  }
  return { url: apiUrl, ...(caCertificate === undefined ? {} : { ca: caCertificate }) };
}

/** Throws what the CLI says, without the command line. */
function explain(error: Error & { readonly code?: unknown; readonly stderr?: string }): never {
  throw new Error(
    error.code === "ENOENT"
      ? "the Pulumi CLI, which reads the stack's outputs, is not installed"
      : (error.stderr ?? "").replace(/^error: /, "").trim() || error.message,
  );
}

/** Whether the API is ready to serve. */
export async function apiCheck({ spec }: StackPlan, address: Reading<ApiAddress>): Promise<Check> {
  const id = ["api-ready", "The API is ready"] as const;
  if (!("value" in address)) {
    return check(...id, unknown(address.problem, "Install the Pulumi CLI and log in, or name the URL with `--url`."));
  }
  const { url, ca } = address.value;
  // Without a domain the stack's certificate names the API's internal name instead of the load balancer's.
  const servername = spec.api.domain === "" && spec.api.certificate === "" ? dnsName("api") : undefined;
  const answer = await reading(() => ask(new URL(READINESS.path, url), ca, servername));
  const remedy = "See which service is unhealthy above, and the journal of the API's nodes.";
  if (!("value" in answer)) {
    return check(...id, fail(`${url}${READINESS.path}: ${answer.problem}`, remedy));
  }
  const { status, body } = answer.value;
  const evidence = `${url}${READINESS.path}: ${status}`;
  return check(
    ...id,
    status === 200 ? pass(evidence) : fail(`${evidence} ${body.trim().slice(0, 200)}`.trim(), remedy),
  );
}

function ask(url: URL, ca: string | undefined, servername: string | undefined): Promise<Answer> {
  const options = {
    timeout: TIMEOUT_SECONDS * 1000,
    ...(ca === undefined ? {} : { ca: [ca, ...rootCertificates] }),
    ...(servername === undefined ? {} : { servername }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).get(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_SECONDS} s`)));
    request.on("error", reject);
  });
}
