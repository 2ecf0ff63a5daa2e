import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RULES } from "../../policy/rules";
import type { Judged } from "../../planning/record";
import { CELLS } from "../support/cells";
import { clean } from "./clean";
import { EnginePack } from "./engine";

const FOLDER = join(__dirname, "../../policy");
const DEV = CELLS.find(({ name }) => name === "t1-aws-packed-single")!;
const DEV_DEDICATED = CELLS.find(({ name }) => name === "t1-aws-dedicated-single")!;
const CONFIG = { "ape-deploy:tier": "t1", "ape-deploy:owner": "platform", "ape-deploy:costCentre": "ape" };
const DISK = "aws:ebs/volume:Volume";
const NODE = "aws:ec2/instance:Instance";
const OPEN = { cidrIpv4: "0.0.0.0/0", fromPort: 5432, toPort: 5432 };

describe("the pack, as the engine runs it", function () {
  this.timeout(120_000);
  let resources: readonly Judged[];
  let pack: EnginePack;
  before(async () => {
    ({ resources } = await clean(DEV, "vm"));
    pack = await EnginePack.start(FOLDER, CONFIG);
  });
  after(() => pack.stop());
  const broken = (type: string, inputs: Readonly<Record<string, unknown>>, more: Partial<Judged> = {}): Judged[] =>
    resources.map((each) => (each.type === type ? { ...each, inputs: { ...each.inputs, ...inputs }, ...more } : each));

  it("has every rule as a mandatory policy, and finally the waivers", async () => {
    const { name, policiesList } = await pack.info();
    assert.equal(name, "ape-deploy");
    assert.deepEqual(
      policiesList.map((policy) => policy.name),
      [...RULES.map((rule) => rule.name), "waivers-valid"],
    );
    policiesList.forEach((policy) => {
      assert.ok(policy.description && policy.url && policy.remediationSteps && policy.severity, policy.name);
    });
  });

  it("passes the dev stack", async () => assert.deepEqual(await pack.judge(resources), []));

  CELLS.filter(({ name }) => name === "t3-aws-dedicated-ha" || name === "t3-gcp-dedicated-ha").forEach((cell) => {
    it(`passes a production stack: ${cell.name}`, async () => {
      const prod = await clean(cell, "vm");
      const own = await EnginePack.start(FOLDER, {
        ...CONFIG,
        "ape-deploy:tier": "t3",
        "ape-deploy:budgetUsd": "1100",
      });
      try {
        assert.deepEqual(await own.judge(prod.resources), []);
      } finally {
        own.stop();
      }
    });
  });

  const violations: readonly (readonly [what: string, type: string, inputs: object, policy: string])[] = [
    ["a disk that is not encrypted", DISK, { encrypted: false }, "aws-disk-encrypted"],
    ["a node with a public address", NODE, { associatePublicIpAddress: true }, "no-public-address"],
    [
      "metadata without a session",
      NODE,
      { metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 } },
      "aws-instance-imdsv2",
    ],
    [
      "a database's port open to all",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      OPEN,
      "no-public-database",
    ],
    ["a key that is never rotated", "aws:kms/key:Key", { enableKeyRotation: false }, "key-rotated"],
  ];
  violations.forEach(([what, type, inputs, policy]) => {
    it(`stops ${what} before it is created`, async () => {
      const found = await pack.analyze(broken(type, { ...inputs }).find((each) => each.type === type)!);
      assert.deepEqual(
        found.map((each) => [each.policy, each.mandatory]),
        [[policy, true]],
      );
    });
  });

  it("fails what it can't judge", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const [disk] = broken(DISK, { encrypted: unknown }).filter(({ type }) => type === DISK);
    const found = await pack.analyze(disk!);
    assert.deepEqual(
      found.map(({ policy, mandatory }) => [policy, mandatory]),
      [["aws-disk-encrypted", true]],
    );
    assert.match(found[0]!.message, /can't be judged: encrypted is not known/);
    const stack = await pack.analyzeStack(broken(DISK, { size: unknown }));
    assert.deepEqual(
      stack.map(({ policy, mandatory }) => [policy, mandatory]),
      [["tier-data-disks", true]],
    );
  });

  it("judges objects of a cluster that does not exist yet by their submitted inputs", async () => {
    const cluster = await clean(DEV_DEDICATED, "cluster");
    const unmade = (each: Judged): Judged => (each.type.startsWith("kubernetes:") ? { ...each, inputs: {} } : each);
    const own = await EnginePack.start(FOLDER, { ...CONFIG, "ape-deploy:budgetUsd": "1000" });
    try {
      for (const resource of cluster.resources) {
        assert.deepEqual(await own.analyze(resource), []);
      }
      assert.deepEqual(await own.analyzeStack(cluster.resources.map(unmade)), []);
      const budgetless = cluster.resources.filter(({ type }) => !type.endsWith(":PodDisruptionBudget"));
      assert.deepEqual(
        (await own.analyzeStack(budgetless.map(unmade))).map(({ policy }) => policy),
        ["kubernetes-disruption-budget"],
      );
    } finally {
      own.stop();
    }
  });

  it("reports a waived violation, and passes", async () => {
    const waiver = {
      policy: "aws-disk-encrypted",
      resource: "*",
      reason: "Holds public data only",
      owner: "ada",
      until: "2999-12-31",
    };
    const expired = { ...waiver, policy: "labels-complete", until: "2020-01-01" };
    const own = await EnginePack.start(FOLDER, {
      ...CONFIG,
      "ape-deploy:waivers": JSON.stringify({ public: waiver, old: expired }),
    });
    try {
      const found = await own.judge(broken(DISK, { encrypted: false }));
      assert.deepEqual(
        [...new Set(found.map(({ policy, mandatory }) => `${policy} ${mandatory}`))],
        ["aws-disk-encrypted false", "waivers-valid true"],
      );
      assert.match(found[0]!.message, /waived by public until 2999-12-31 \(ada\): Holds public data only/);
      assert.match(found.at(-1)!.message, /waiver old of ada: expired on 2020-01-01/);
    } finally {
      own.stop();
    }
  });

  it("corrects labels only if remediation is configured", async () => {
    const [disk] = broken(DISK, { tags: { Service: "redis" } }).filter(({ type }) => type === DISK);
    const own = await EnginePack.start(FOLDER, CONFIG);
    try {
      assert.deepEqual(await own.remediate(disk!), []);
      await own.configure("labels-complete", "remediate");
      const [after] = await own.remediate(disk!);
      assert.deepEqual(after!.tags, {
        CostCentre: "ape",
        Environment: "test",
        Owner: "platform",
        Service: "redis",
        Tier: "t1",
        Project: "ape",
        ManagedBy: "pulumi",
      });
    } finally {
      own.stop();
    }
  });
});

describe("the pack, published", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "ape-pack-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("runs with only its own files present", async () => {
    const copy = join(folder, "clone");
    cpSync(join(__dirname, "../.."), copy, {
      recursive: true,
      filter: (path) => !/\/(node_modules|\.git|\.cache)$/.test(path),
    });
    symlinkSync(join(__dirname, "../../node_modules"), join(copy, "node_modules"));
    const [archive] = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
      cwd: join(copy, "policy"),
      encoding: "utf8",
    })
      .trim()
      .split("\n")
      .slice(-1);
    execFileSync("tar", ["-xzf", join(folder, archive!), "-C", folder]);
    const installed = join(folder, "package");
    assert.deepEqual(readdirSync(installed).sort(), ["PulumiPolicy.yaml", "dist", "main.js", "package.json"]);
    symlinkSync(join(__dirname, "../../node_modules"), join(folder, "node_modules"));
    const pack = await EnginePack.start(installed, CONFIG);
    try {
      const { resources } = await clean(DEV, "vm");
      assert.deepEqual(await pack.judge(resources), []);
      assert.equal((await pack.info()).policiesList.length, RULES.length + 1);
      assert.deepEqual(readdirSync(join(copy, "policy")).includes("dist"), false);
    } finally {
      pack.stop();
    }
  });
});
