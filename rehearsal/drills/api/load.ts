import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RETRYING_PORT } from "../../cloud/balancer";
import { cloudNamespace, ADDRESSES } from "../../network/network";
import type { Rehearsal } from "../../rehearsal";
import { run } from "../../system/process";

const CONNECTIONS = 16;
/** Milliseconds between two requests of a connection: 80 requests/s in total, below the rate limit per client and thirty times where T4 begins. */
const PAUSE_MS = 200;
const SYMBOLS = 50;
/** Seconds after which a request counts as failed. */
const TIMEOUT_SECONDS = 10;
/** Upper bound, far longer than any scenario: `stop` ends the load. */
const MAX_SECONDS = 1800;

/** Statistics of a period of load, as seen by clients. */
export interface LoadStats {
  readonly requests: number;
  /** Error responses, failed connections and timeouts, after the client's single retry. */
  readonly failures: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

interface WrkReport {
  readonly requests: number;
  readonly status: number;
  readonly connect: number;
  readonly read: number;
  readonly write: number;
  readonly timeout: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Constant load by wrk on the load balancer, through a client that retries failed idempotent requests once, until `stop`. */
export class Load {
  private readonly child: ChildProcess;
  private printed = "";

  constructor(rehearsal: Rehearsal) {
    this.child = spawn(
      "ip",
      [
        ...["netns", "exec", cloudNamespace(rehearsal.stack.stack), "wrk", "--threads=1"],
        ...[`--connections=${CONNECTIONS}`, `--duration=${MAX_SECONDS}s`, `--timeout=${TIMEOUT_SECONDS}s`, "--latency"],
        ...[`--script=${join(__dirname, "requests.lua")}`, `https://${ADDRESSES.balancer}:${RETRYING_PORT}`],
      ],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, PAUSE_MS: String(PAUSE_MS), SYMBOLS: String(SYMBOLS) },
      },
    );
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => (this.printed += text));
  }

  /** Ends the load and returns its statistics. */
  async stop(): Promise<LoadStats> {
    await new Promise<void>((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        return resolve();
      }
      this.child.once("close", () => resolve());
      this.child.kill("SIGINT");
    });
    const line = this.printed.split("\n").find((each) => each.startsWith("{"));
    if (line === undefined) {
      throw new Error(`wrk printed no report: ${this.printed}`);
    }
    const { requests, status, connect, read, write, timeout, p50, p95, p99 } = JSON.parse(line) as WrkReport;
    const ms = (micros: number): number => Math.round(micros / 10) / 100;
    return {
      requests,
      failures: status + connect + read + write + timeout,
      p50: ms(p50),
      p95: ms(p95),
      p99: ms(p99),
    };
  }
}

/** Writes a price for each requested symbol. Retries because the tables may not exist yet on freshly booted nodes. */
export async function seed(rehearsal: Rehearsal): Promise<void> {
  const body = JSON.stringify({ at: "2026-01-30T12:00:00Z", close: 1 });
  const url = `https://${ADDRESSES.balancer}/prices/S[0-${SYMBOLS - 1}]`;
  const retries = ["--retry", "30", "--retry-delay", "2"];
  const curl = ["curl", "--silent", "--fail", "--insecure", ...retries, "--request", "PUT", "--data", body, url];
  await run(["ip", "netns", "exec", cloudNamespace(rehearsal.stack.stack), ...curl]);
}

/** Applies load for some seconds and returns its statistics. */
export async function measureLoad(rehearsal: Rehearsal, seconds: number): Promise<LoadStats> {
  const load = new Load(rehearsal);
  await sleep(seconds * 1000);
  return load.stop();
}
