import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nginxConfiguration, onNode, SERVING, upstreamServer } from "../../../components/api/nginx";
import { LocalNginx, localConfiguration, nginxFolder, removeFolder } from "../../../rehearsal/system/local-nginx";
import { median } from "../measure";

/** Containers of a T3 node. */
const CONTAINERS = [18_001, 18_003] as const;
const CONNECTIONS = 32;
/** Upstream delays in milliseconds: none, which shows the proxy's overhead most, and that of a database query. */
const DELAYS_MS = [0, 5] as const;
const START_MS = 10_000;

interface Run {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Requests through the rendered nginx, against the same requests straight to a container. */
export interface NginxFigure {
  readonly upstreamMs: number;
  readonly bare: Run;
  readonly nginx: Run;
  /** Throughput through nginx relative to the bare upstream: the median of the rounds' ratios. */
  readonly ratio: number;
}

export interface NginxOptions {
  readonly rounds: number;
  /** Seconds of each run. */
  readonly seconds: number;
  readonly progress: (text: string) => void;
}

/** Compares the rendered nginx.conf with TLS, in front of a T3 node's containers, with one bare container. */
export async function benchNginx({ rounds, seconds, progress }: NginxOptions): Promise<NginxFigure[]> {
  const folder = nginxFolder();
  try {
    const figures: NginxFigure[] = [];
    for (const upstreamMs of DELAYS_MS) {
      figures.push(await compare(folder, upstreamMs, { rounds, seconds, progress }));
    }
    return figures;
  } finally {
    removeFolder(folder);
  }
}

async function compare(
  folder: string,
  upstreamMs: number,
  { rounds, seconds, progress }: NginxOptions,
): Promise<NginxFigure> {
  const containers = CONTAINERS.map((port) => container(port, upstreamMs));
  const upstream = join(folder, "upstream.conf");
  writeFileSync(upstream, CONTAINERS.map((port) => `${upstreamServer(port)}\n`).join(""));
  let nginx: LocalNginx | undefined;
  try {
    nginx = await LocalNginx.start(
      folder,
      localConfiguration(nginxConfiguration("aws", onNode(upstream)), folder),
      SERVING.port,
    );
    const urls = { bare: `http://127.0.0.1:${CONTAINERS[0]}`, nginx: `https://127.0.0.1:${SERVING.port}` } as const;
    await Promise.all(CONTAINERS.map((port) => waitForContainer(port)));
    const runs = { bare: [] as Run[], nginx: [] as Run[] };
    for (let round = 0; round <= rounds; round++) {
      // The first round is a warm-up; the order alternates so that a slower machine affects both.
      for (const name of round % 2 === 0 ? (["bare", "nginx"] as const) : (["nginx", "bare"] as const)) {
        progress(`upstream of ${upstreamMs} ms, round ${round} of ${rounds}: ${name}`);
        const run = load(urls[name], seconds);
        if (round > 0) {
          runs[name].push(run);
        }
      }
    }
    return {
      upstreamMs,
      bare: middle(runs.bare),
      nginx: middle(runs.nginx),
      ratio: median(runs.nginx.map(({ perSecond }, round) => perSecond / runs.bare[round]!.perSecond)),
    };
  } finally {
    await nginx?.stop();
    containers.forEach((child) => child.kill());
  }
}

function container(port: number, delayMs: number): ChildProcess {
  const program = join(__dirname, "upstream.ts");
  return spawn("node", ["-r", "ts-node/register", program, String(port), String(delayMs)], { stdio: "inherit" });
}

async function waitForContainer(port: number): Promise<void> {
  const end = Date.now() + START_MS;
  while ((await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) === undefined) {
    if (Date.now() > end) {
      throw new Error(`port ${port} did not answer within ${START_MS / 1000} s`);
    }
  }
}

/** Runs wrk. Throws if a request fails, because failures may be faster than successes. */
function load(url: string, seconds: number): Run {
  const args = ["--threads=1", `--connections=${CONNECTIONS}`, `--duration=${seconds}s`, "--latency"];
  const { stdout, stderr } = spawnSync("wrk", [...args, `--script=${join(__dirname, "requests.lua")}`, url]);
  const line = stdout
    .toString()
    .split("\n")
    .find((each) => each.startsWith("{"));
  if (line === undefined) {
    throw new Error(`wrk printed no report: ${stdout.toString()}${stderr.toString()}`);
  }
  const { requests, microseconds, failed, p50, p99 } = JSON.parse(line) as Record<string, number>;
  if (failed! > 0) {
    throw new Error(`${failed} of ${requests} requests to ${url} failed`);
  }
  return { perSecond: (requests! / microseconds!) * 1e6, p50: p50! / 1000, p99: p99! / 1000 };
}

function middle(runs: readonly Run[]): Run {
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  return { perSecond: of((run) => run.perSecond), p50: of((run) => run.p50), p99: of((run) => run.p99) };
}
