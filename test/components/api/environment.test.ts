import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { CA_FILE, CREDENTIALS } from "../../../components/api/environment";
import { CLOUDS } from "../../../components/model/cloud";
import { dnsName } from "../../../components/model/role";
import type { StackPlan } from "../../../stacks/plan";
import { TIER_NAMES, TIERS } from "../../../stacks/tiers";
import { settings } from "../../../rehearsal/reference-api/settings";
import { CELLS, planCell } from "../../support/cells";
import { machineEnvironment, machineFile, podEnvironment, podSettings, type Environment } from "./environments";
import { manifests, WAYS, type Manifest, type Way } from "./kubernetes/manifests";

const SHARDED = { redisMode: "cluster", timescaledbShards: 2 };
/** The only variables that depend on the runtime. */
const BY_RUNTIME = ["HOST", "PORT"];
const URLS = /^DATABASE_(SHARD_)?(READER_)?URLS?$/;

const CASES = TIER_NAMES.flatMap((tier) =>
  CLOUDS.flatMap((cloud) =>
    (Object.keys(WAYS) as Way[]).map((way) => ({
      name: `${tier} on ${cloud}, pods on ${way}`,
      tier,
      cloud,
      way,
      values: tier === "t4" ? SHARDED : {},
    })),
  ),
);

describe("the API's environment", () => {
  for (const { name, tier, cloud, way, values } of CASES) {
    describe(name, () => {
      let plan: StackPlan;
      let pods: readonly Manifest[];
      let machine: Environment;
      let pod: Environment;
      before(async () => {
        const cell = CELLS.find(
          (each) =>
            each.tier === tier && each.cloud === cloud && each.placement === "dedicated" && each.highlyAvailable,
        )!;
        plan = planCell(cell, values);
        machine = machineEnvironment(plan);
        pods = await manifests(tier, cloud, way, values);
        pod = podEnvironment(pods);
      });

      /** Text with the names of hosts replaced by addresses, where they are followed by a port. */
      const byAddress = (text: string): string =>
        plan.placed.reduce(
          (done, { role, address }) => done.replaceAll(`${dnsName(role.name)}:`, `${address!}:`),
          text.replace(/ init-addr libc,[\d.]+/g, ""),
        );

      it("is the same on machines and in pods, except for the listener and the hosts' names", () => {
        const common = ({ ...variables }: Environment): Environment =>
          Object.fromEntries(Object.entries(variables).filter(([variable]) => !BY_RUNTIME.includes(variable)));
        // Pods cannot resolve the names of the stack's hosts.
        assert.notDeepEqual(common(pod), common(machine));
        assert.deepEqual(common(pod), JSON.parse(byAddress(JSON.stringify(common(machine)))));
        assert.deepEqual(Object.keys(pod).sort(), Object.keys(machine).sort());
        assert.deepEqual(
          BY_RUNTIME.map((variable) => [machine[variable], pod[variable]]),
          [
            ["127.0.0.1", "0.0.0.0"],
            ["8001", "8000"],
          ],
        );
      });

      it("names the database by URLs without credentials, which a standard parser and node-postgres accept", () => {
        const folder = mkdtempSync(join(tmpdir(), "ape-environment-"));
        writeFileSync(join(folder, "ca.crt"), "the authority");
        const urls = Object.entries(pod).filter(([variable]) => URLS.test(variable));
        assert.equal(urls.length, tier === "t4" ? 4 : 2);
        for (const url of urls.flatMap(([, list]) => list.split(" "))) {
          const { protocol, hostname, username, password } = new URL(url);
          assert.deepEqual([protocol, hostname, username, password], ["postgresql:", "localhost", "", ""]);
          const client = new Client(url.replace(CA_FILE, join(folder, "ca.crt")));
          assert.deepEqual([client.host, client.database, client.ssl], ["localhost", "ape", { ca: "the authority" }]);
        }
        rmSync(folder, { recursive: true });
      });

      it("has every credential, in pods from the Secret only", () => {
        CREDENTIALS.forEach((variable) => assert.ok(pod[variable]!.length > 0, variable));
        const passwords = CREDENTIALS.filter((variable) => variable.endsWith("PASSWORD")).map((each) => pod[each]!);
        const open = JSON.stringify(podSettings(pods));
        passwords.forEach((password) => assert.ok(!open.includes(password)));
        CREDENTIALS.forEach((variable) => assert.ok(!(variable in podSettings(pods)), variable));
      });

      it("is accepted by the reference API", () => {
        for (const environment of [machine, pod]) {
          const { database, neo4j, workers } = settings(environment);
          assert.equal(
            database.writer,
            "postgresql://localhost:15432/ape?sslmode=verify-full&sslrootcert=/etc/ape/ca.crt",
          );
          assert.equal(neo4j.username, "neo4j");
          assert.equal(workers, TIERS[tier].api.workersPerContainer);
        }
      });

      it("leads in pods to an HAProxy with the servers and checks of a machine's", () => {
        const settingsOfPod = podSettings(pods);
        const onMachine = machineFile(plan, "/etc/haproxy/haproxy.cfg");
        const sections = (content: string): string => content.slice(content.indexOf("defaults"));
        assert.equal(
          sections(settingsOfPod["haproxy.cfg"]!).replaceAll(CA_FILE, "CA"),
          byAddress(sections(onMachine)).replaceAll("/etc/ape/tls/ca.crt", "CA"),
        );
      });
    });
  }
});
