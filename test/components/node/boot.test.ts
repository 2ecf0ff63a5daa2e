import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { CLOUDS, type Cloud } from "../../../components/model/cloud";
import { renderOrder } from "../../../components/node/roll/order";
import { onPath } from "../../support/programs";
import { SimulatedNode, type Answers } from "./simulated-cloud";

const BUNDLE = `${"# line\n".repeat(4000)}echo bootstrapped\n`;
const SHA = createHash("sha256").update(BUNDLE).digest("hex");
const ORDER = renderOrder({ bootstrap: SHA, machine: "t3a.small", instance: "1" }, "live");

/** Answers for the order and the bootstrap; `first` answers the first request for a key in its way. */
function store(key: string, first: (response: ServerResponse, content: string) => void): Answers {
  let asked = 0;
  return (path, response) => {
    const name = decodeURIComponent(path.split("?")[0]!);
    const content = name.endsWith("nodes/redis-1") ? ORDER : name.endsWith(`${SHA}.sh`) ? BUNDLE : undefined;
    if (content === undefined) return false;
    if (name.endsWith(key) && asked++ === 0) {
      first(response, content);
    } else {
      response.end(content);
    }
    return true;
  };
}

/** Short pauses and limits, so that the tests are fast. */
function hurried(script: string): string {
  return script.replace("pause=2", "pause=1").replace("--speed-time 30", "--speed-time 1");
}

const HINDRANCES: readonly (readonly [what: string, key: string, (r: ServerResponse, content: string) => void])[] = [
  ["whose first answer breaks off", `${SHA}.sh`, (response, content) => brokenOff(response, content)],
  ["whose first answer never ends", `${SHA}.sh`, (response, content) => unfinished(response, content)],
  ["that refuses first", "nodes/redis-1", (response) => response.writeHead(403).end("denied")],
  ["that answers nonsense first", "nodes/redis-1", (response) => response.end("{}")],
];

function brokenOff(response: ServerResponse, content: string): void {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.slice(0, 9000), () => response.destroy());
}

function unfinished(response: ServerResponse, content: string): void {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.slice(0, 4));
}

describe("a first boot", function () {
  this.timeout(20_000);
  let node: SimulatedNode;
  afterEach(() => node.end());

  const booted = async (cloud: Cloud, answers: Answers): Promise<{ status: number | null; output: string }> => {
    node = new SimulatedNode(cloud, answers, hurried);
    await node.start();
    return node.run("boot");
  };

  for (const cloud of CLOUDS) {
    // What is tried again is the same on both clouds; what differs is how they are asked.
    for (const [what, key, first] of cloud === "aws" ? HINDRANCES : HINDRANCES.slice(0, 1)) {
      it(`survives a store ${what} (${cloud})`, async function () {
        if (!onPath(this, "jq")) return;
        const { status, output } = await booted(cloud, store(key, first));
        assert.equal(status, 0, output);
        assert.match(output, /^bootstrapped$/m);
        assert.match(output, /again in 1 s/);
        assert.match(node.read("run/phase"), /^serving \d+\n$/);
        assert.equal(node.read("state/machine"), "t3a.small\n");
      });
    }
  }

  it("fails with its reason when the time for retries is over", async function () {
    if (!onPath(this, "jq")) return;
    node = new SimulatedNode(
      "aws",
      () => false,
      (script) => hurried(script).replace("PATIENCE:-900", "PATIENCE:-2"),
    );
    await node.start();
    const { status, output } = await node.run("boot");
    assert.equal(status, 1);
    assert.match(output, /FAILED: no order for redis-1 in bucket bucket/);
    assert.equal(node.read("run/reason"), "no order for redis-1 in bucket bucket\n");
    assert.match(node.read("run/phase"), /^failed /);
  });

  it("does not run a bootstrap that does not match its hash", async function () {
    if (!onPath(this, "jq")) return;
    const answers = store(`${SHA}.sh`, (response, content) => response.end(content.replace("bootstrapped", "forged")));
    const { status, output } = await booted("gcp", answers);
    assert.equal(status, 1);
    assert.match(output, new RegExp(`FAILED: bootstrap ${SHA} does not match its hash`));
    assert.doesNotMatch(output, /^forged$/m);
  });
});
