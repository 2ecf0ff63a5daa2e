import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { memberStatusPrefix, orderKey } from "../../../components/model/bootstrap-keys";
import { CLOUDS } from "../../../components/model/cloud";
import type { Placed } from "../../../components/model/role";
import { onPath } from "../../support/programs";
import { AgentOnNode, MACHINE } from "./agent-on-node";

for (const cloud of CLOUDS) {
  describe(`the agent of a node (${cloud})`, function () {
    this.timeout(60_000);
    let at: AgentOnNode;
    let first: string;

    before(async function () {
      if (!onPath(this, "jq")) return;
      at = new AgentOnNode(cloud);
      first = at.bootstrap("echo first >>ran");
      await at.boot(first);
    });
    after(() => at.end());

    it("says how the node is", async () => {
      const status = await at.status(({ phase }) => phase === "serving");
      const { bootId, seconds, at: time, ...rest } = status;
      assert.match(bootId, /^[0-9a-f-]{36}$/);
      assert.ok(Number.isInteger(seconds));
      assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
      assert.deepEqual(rest, {
        version: 1,
        node: "redis-1",
        instance: "i-1",
        machine: MACHINE,
        bootstrap: first,
        ordered: first,
        phase: "serving",
        reason: "",
        roles: { "redis-1": { service: "redis", healthy: true, inStep: true, leads: true, reports: "release 7" } },
        packages: { "cache-server": "8.0" },
        answered: "",
      });
    });

    it("writes a status on every change of health, and reads what did not change only once", async () => {
      at.remove("healthy");
      await at.status(({ roles }) => !roles["redis-1"]!.healthy && !roles["redis-1"]!.inStep);
      at.touch("healthy");
      await at.status(({ roles }) => roles["redis-1"]!.healthy);
      const reads = at.bucket.reads[orderKey("redis-1")]!;
      assert.ok(reads.filter((status) => status === 304).length > 2, String(reads));
      assert.equal(reads.filter((status) => status === 200).length, 2); // boot and agent
    });

    it("hands over on request, answers then, and resumes with the next request", async () => {
      at.touch("stubborn");
      at.request({ id: "a", handOver: ["redis-1"], leave: [] });
      const refused = await at.status(({ reason }) => reason !== "");
      assert.match(refused.reason, /^redis-1 does not hand over: no other member is in step/);
      assert.equal(refused.answered, "");
      at.remove("stubborn");
      const drained = await at.status(({ answered }) => answered === "a");
      assert.deepEqual([drained.phase, drained.roles["redis-1"]!.leads, drained.reason], ["draining", false, ""]);
      at.request({ id: "b", handOver: ["redis-2"], leave: [] });
      assert.equal((await at.status(({ answered }) => answered === "b")).phase, "serving");
      assert.deepEqual(at.ran.slice(-2), ["hand over", "resume"]);
    });

    if (cloud !== "aws") return; // the rest does not depend on the cloud

    it("waits with an order for another machine", async () => {
      const other = at.bootstrap("echo other >>ran");
      at.order(other, "t3a.xlarge");
      const { phase, bootstrap, reason } = await at.status(({ ordered }) => ordered === other);
      assert.deepEqual([phase, bootstrap, reason], ["serving", first, "waits for machine t3a.xlarge"]);
    });

    it("applies an order: hands over, runs the bootstrap, resumes", async () => {
      at.touch("leads");
      const second = at.bootstrap("echo second >>ran");
      at.order(second);
      const { reason } = await at.status(({ bootstrap, phase }) => bootstrap === second && phase === "serving");
      assert.equal(reason, "");
      assert.deepEqual(at.ran.slice(-3), ["hand over", "second", "resume"]);
    });

    it("goes back from an order that fails, says why, and does not try it again", async () => {
      const good = at.bootstrap("echo second >>ran");
      const broken = at.bootstrap("echo broken >>ran; fail 'no such package: redis-absent'");
      at.order(broken);
      const status = await at.status(({ phase }) => phase === "failed");
      assert.deepEqual([status.bootstrap, status.ordered], [good, broken]);
      assert.equal(status.reason, "no such package: redis-absent");
      const ran = at.ran;
      assert.deepEqual(ran.slice(-4), ["hand over", "broken", "second", "resume"]);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      assert.deepEqual(at.ran, ran);
      at.order(good);
      await at.status(({ phase, reason }) => phase === "serving" && reason === "");
      at.order(broken);
      await at.status(({ phase }) => phase === "failed");
      assert.equal(at.ran.filter((line) => line === "broken").length, 2);
    });

    it("boots the last good bootstrap, whatever was ordered since", async () => {
      const { status, output } = await at.node.run("boot");
      assert.equal(status, 0, output);
      assert.equal(at.ran.at(-1), "second");
    });

    it("leaves on request: stops the units", async () => {
      at.request({ id: "c", handOver: [], leave: ["redis-1"] });
      await at.status(({ answered }) => answered === "c");
      assert.equal(at.ran.at(-1), "stop cache.service");
    });
  });
}

describe("the agent of a member of a scaling group", function () {
  this.timeout(30_000);
  let at: AgentOnNode;
  after(() => at.end());

  it("writes its status below its group's, and applies no order", async function () {
    if (!onPath(this, "jq")) return;
    at = new AgentOnNode("aws");
    const first = at.bootstrap("echo first >>ran");
    await at.boot(first, "replaced");
    const key = `${memberStatusPrefix("redis-1")}i-1.json`;
    await at.status(({ phase }) => phase === "serving", key);
    const next = at.bootstrap("echo next >>ran");
    at.order(next, MACHINE, "replaced");
    assert.equal((await at.status(({ ordered }) => ordered === next, key)).bootstrap, first);
    assert.deepEqual(at.ran, ["first"]);
  });
});

describe("the agent of a node whose peer moves", function () {
  this.timeout(60_000);
  let at: AgentOnNode;
  let planned: Server;
  let port: number;

  after(async () => {
    planned?.close();
    await at.end();
  });

  const listen = (address: string, on = 0): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((socket) => socket.destroy());
      server.listen(on, address, () => resolve(server));
    });

  it("follows it to its former address and back, and tells its roles", async function () {
    if (!onPath(this, "jq")) return;
    const former = await listen("127.0.0.3");
    port = (former.address() as AddressInfo).port;
    at = new AgentOnNode("aws", [peer(port)]);
    await at.boot(at.bootstrap("echo first >>ran"));
    const hosts = async (line: string): Promise<void> => {
      for (
        let tries = 0;
        !(existsSync(join(at.node.folder, "hosts")) && at.node.read("hosts").includes(line));
        tries++
      ) {
        assert.ok(tries < 200, `no ${line}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const moved = async (times: number): Promise<void> => {
      const seen = (): number => at.ran.filter((line) => line === "peers moved").length;
      for (let tries = 0; seen() !== times; tries++) {
        assert.ok(tries < 200, `peers moved ${seen()} times instead of ${times}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await hosts("127.0.0.3 redis-2.ape.internal redis-2");
    await moved(1);
    former.close();
    planned = await listen("127.0.0.2", port);
    await hosts("127.0.0.2 redis-2.ape.internal redis-2");
    await moved(2);
  });
});

/** A peer on this machine that is planned at 127.0.0.2. */
function peer(port: number): Placed {
  const role = {
    service: "redis" as const,
    name: "redis-2",
    zone: 1,
    needs: { vcpu: 1, memGiB: 1 },
    listens: [{ port, from: ["redis" as const], protocol: "Redis" }],
    secrets: [],
    grants: [],
    provision: () => ({ packages: [], files: [], units: [], health: "true" }),
  };
  return { role, node: "redis-2", address: "127.0.0.2", formerAddresses: ["127.0.0.3"] };
}
