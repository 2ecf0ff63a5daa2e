import assert from "node:assert/strict";
import ts from "typescript";
import { REQUEST_TIMEOUT_SECONDS } from "../../components/api/timeout";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { API_SECRET as NEO4J_SECRET } from "../../components/neo4j/secrets";
import { NOTICED_SECONDS } from "../../components/platform/platform";
import { API_SECRET as REDIS_SECRET } from "../../components/redis/secrets";
import { API_SECRET as TIMESCALEDB_SECRET } from "../../components/timescaledb/secrets";
import { PORTS } from "../../components/timescaledb/topology";
import { planResources } from "../../planning/plan";
import type { Recorded } from "../../planning/record";
import { CELLS, planCell } from "../support/cells";
import { findNodes, typescriptFiles } from "../support/sources";

/** Each truth with the only file that may write it. */
const HOMES: readonly (readonly [what: string, home: string, matches: Matcher])[] = [
  ["the request time-out", "components/api/timeout.ts", isTimeout],
  ["the port of the connection pool", "components/timescaledb/topology.ts", writes(PORTS.pool)],
  ["the port of Patroni's REST API", "components/timescaledb/topology.ts", writes(PORTS.patroni)],
  ["the name of TimescaleDB's secret", "components/timescaledb/secrets.ts", writes(TIMESCALEDB_SECRET)],
  ["the name of Neo4j's secret", "components/neo4j/secrets.ts", writes(NEO4J_SECRET)],
  ["the name of Redis' secret", "components/redis/secrets.ts", writes(REDIS_SECRET)],
  ...["DATABASE_URL", "DATABASE_READER_URL", "PGPASSWORD", "NEO4J_URI", "REDIS_PASSWORD"].map(
    (variable) => [`the variable ${variable}`, "components/api/environment.ts", writes(variable)] as const,
  ),
];

type Matcher = (node: ts.Node, file: string) => boolean;

/** A number, a text or a property's name that contains the value as a word. Comments do not count. */
function writes(value: number | string): Matcher {
  const word = new RegExp(String.raw`(?<![\w-])${value}(?![\w-])`);
  return (node) =>
    (ts.isNumericLiteral(node) || ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node) || isKey(node)) &&
    word.test(node.text);
}

function isKey(node: ts.Node): node is ts.Identifier {
  return ts.isIdentifier(node) && ts.isPropertyAssignment(node.parent) && node.parent.name === node;
}

/** Folders through which requests to the API pass. The time-outs of the stores are independent of it. */
const REQUEST_PATH = /^(components\/(api|platform)|stacks)\//;

/** Sixty seconds under a name of a request's or a shutdown's time-out. */
function isTimeout(node: ts.Node, file: string): boolean {
  return (
    REQUEST_PATH.test(file) &&
    ts.isNumericLiteral(node) &&
    Number(node.text) === 60 &&
    /time_?out|drain|stop|idle|grace/i.test(nameOf(node))
  );
}

/** The variable or property that a value is assigned to. */
function nameOf(node: ts.Node): string {
  const declaration = ts.findAncestor(
    node,
    (each): each is ts.VariableDeclaration | ts.PropertyAssignment | ts.PropertyDeclaration =>
      ts.isVariableDeclaration(each) || ts.isPropertyAssignment(each) || ts.isPropertyDeclaration(each),
  );
  return declaration?.name.getText() ?? "";
}

describe("one place for what the parts of the API share", () => {
  const files = typescriptFiles(["components", "stacks"]);

  for (const [what, home, matches] of HOMES) {
    it(`${what} is in ${home} only`, () => {
      const found = files.filter((file) => findNodes(file, (node) => matches(node, file)).length > 0);
      assert.deepEqual(found, [home]);
    });
  }
});

describe("the request time-out", () => {
  const recorded = async (cloud: Cloud, values: object = {}): Promise<readonly Recorded[]> => {
    const cell = CELLS.find(
      (each) => each.tier === "t3" && each.cloud === cloud && each.placement === "dedicated" && each.highlyAvailable,
    )!;
    return (await planResources(planCell(cell, { ...values }))).resources;
  };
  const inputs = <T>(resources: readonly Recorded[], type: RegExp): T =>
    resources.find((resource) => type.test(resource.type))!.inputs as T;

  it("is that of AWS' load balancer and of draining its targets", async () => {
    const resources = await recorded("aws");
    const { idleTimeout } = inputs<{ idleTimeout: number }>(resources, /^aws:.*:LoadBalancer$/);
    const { deregistrationDelay } = inputs<{ deregistrationDelay: number }>(resources, /:TargetGroup$/);
    assert.deepEqual([idleTimeout, deregistrationDelay], [REQUEST_TIMEOUT_SECONDS, REQUEST_TIMEOUT_SECONDS]);
  });

  it("is that of Google Cloud's load balancer and of draining its backends", async () => {
    const { timeoutSec, connectionDrainingTimeoutSec } = inputs<Record<string, number>>(
      await recorded("gcp"),
      /:BackendService$/,
    );
    assert.deepEqual([timeoutSec, connectionDrainingTimeoutSec], [REQUEST_TIMEOUT_SECONDS, REQUEST_TIMEOUT_SECONDS]);
  });

  it("is that of nginx, the containers and the release on machines", () => {
    const { apiGroup, placed } = planCell(CELLS.find(({ name }) => name === "t3-aws-dedicated-ha")!);
    const { files } = apiGroup!.role.provision({ role: apiGroup!.role, node: "api" }, placed);
    const seconds = (path: string, pattern: RegExp): number[] =>
      [...files.find((file) => file.path === path)!.content.matchAll(pattern)].map(([, text]) => Number(text));
    const every = (count: number): number[] => Array.from({ length: count }, () => REQUEST_TIMEOUT_SECONDS);
    const timeouts = /(?:worker_shutdown|proxy_(?:connect|send|read))_timeout (\d+)s;/g;
    assert.deepEqual(seconds("/etc/nginx/nginx.conf", timeouts), every(4));
    assert.deepEqual(
      seconds("/etc/systemd/system/nginx.service.d/60-drain.conf", /QUIT\/(\d+)|TimeoutStopSec=(?=\d)/g).slice(0, 1),
      every(1),
    );
    assert.deepEqual(seconds("/etc/containers/systemd/ape-api@.container", /--stop-timeout=(\d+)/g), every(1));
    assert.match(
      files.find(({ path }) => path === "/usr/local/sbin/ape-api-release")!.content,
      new RegExp(String.raw`\b${REQUEST_TIMEOUT_SECONDS}\b`),
    );
  });

  for (const cloud of CLOUDS) {
    it(`is a part of how long a pod may take to terminate on ${cloud}`, async () => {
      const { spec } = inputs<{
        spec: { template: { spec: { terminationGracePeriodSeconds: number } } };
      }>(await recorded(cloud, { apiRuntime: "kubernetes", kubernetesCluster: "new" }), /:Deployment$/);
      const preStop = NOTICED_SECONDS.unready + 5 + 2;
      assert.equal(spec.template.spec.terminationGracePeriodSeconds, preStop + REQUEST_TIMEOUT_SECONDS);
    });
  }
});
