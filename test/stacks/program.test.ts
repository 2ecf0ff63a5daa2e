import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { renderBundle } from "../../components/node/bootstrap/bundle";
import { deployApe } from "../../stacks/ape";
import type { StackPlan } from "../../stacks/plan";
import { TIERS } from "../../stacks/tiers";
import { record, SECRET, UNKNOWN, type Recorded, type Recording } from "../../planning/record";
import { CELLS, planCell, type Cell } from "../support/cells";
import { golden, updateGolden, type Runtime } from "./golden";

/** Replaces every generated value. It must appear in secrets only. */
const CANARY = "canary4x7Qp2mZ9";
const VALUES: Readonly<Record<Runtime, Readonly<Record<string, unknown>>>> = {
  vm: {},
  kubernetes: { apiRuntime: "kubernetes", kubernetesCidrs: ["10.8.0.0/14"], kubeconfig: "given" },
  "kubernetes-new": { apiRuntime: "kubernetes", kubernetesCluster: "new" },
};

function run(plan: StackPlan, preview: boolean): Promise<Recording> {
  return record(() => deployApe(plan, { kubeconfig: pulumi.secret(`kubeconfig of ${CANARY}`) }), {
    project: "ape-deploy",
    organization: "organization",
    stack: "test",
    preview,
    computed: ({ type, name, inputs }) => ({
      arn: `arn:aws:example:us-east-1:111111111111:${name}`,
      ...(type === "random:index/randomPassword:RandomPassword"
        ? { result: CANARY.padEnd((inputs as { length: number }).length, "x") }
        : {}),
    }),
  });
}

/** Every cell on VMs, each dedicated one on an existing cluster, and those of their tier's usual availability on a new one. */
const PROGRAMS = CELLS.flatMap((cell) => runtimesOf(cell).map((runtime) => ({ cell, runtime })));

function runtimesOf({ tier, placement, highlyAvailable }: Cell): Runtime[] {
  if (placement !== "dedicated") {
    return ["vm"];
  }
  return highlyAvailable === TIERS[tier].highAvailability
    ? ["vm", "kubernetes", "kubernetes-new"]
    : ["vm", "kubernetes"];
}

describe("the program", function () {
  const recorded: { readonly cell: Cell; readonly runtime: Runtime; readonly inventory: readonly string[] }[] = [];
  after(() => updateGolden(PROGRAMS, recorded));

  for (const { cell, runtime } of PROGRAMS) {
    describe(`${cell.name} ${runtime}`, () => {
      let plan: StackPlan;
      let preview: Recording;
      let update: Recording;
      before(async () => {
        plan = planCell(cell, VALUES[runtime]);
        preview = await run(plan, true);
        update = await run(plan, false);
      });

      it("registers the same resources in preview and update, each once", () => {
        const urns = (recording: Recording): string[] => recording.resources.map(({ urn }) => urn).sort();
        assert.deepEqual(urns(preview), urns(update));
        assert.equal(new Set(urns(preview)).size, preview.resources.length);
      });

      it("registers what the golden inventory lists", () => {
        const inventory = preview.resources.map(short).sort();
        recorded.push({ cell, runtime, inventory });
        if (process.env.UPDATE_GOLDEN === undefined) {
          const listed = golden(cell, runtime);
          assert.deepEqual(
            { added: without(inventory, listed), removed: without(listed, inventory) },
            { added: [], removed: [] },
            "run UPDATE_GOLDEN=1 npm test and review the difference",
          );
        }
      });

      it("shows no generated value outside a secret", () => {
        const bundles = plan.nodes.map((node) => renderBundle(node.name, node.roles, plan.placed).script);
        assert.doesNotMatch(JSON.stringify([update, preview, bundles]), new RegExp(CANARY));
        assert.match(JSON.stringify(update), new RegExp(SECRET.replace(/[[\]]/g, "\\$&")));
      });

      it("protects and retains what holds data", () => {
        const data = update.resources.filter(({ type }) => /ebs\/volume:|compute\/disk:/.test(type));
        assert.equal(data.length, plan.placed.filter(({ role }) => role.disk !== undefined).length);
        const holdsData = [
          ...data,
          ...update.resources.filter(
            ({ type, name: bucket }) => /bucket:Bucket$/.test(type) && bucket === "backups" && !type.startsWith("ape:"),
          ),
        ];
        holdsData.forEach((resource) => assert.ok(resource.protect && resource.retainOnDelete, resource.urn));
      });

      it("replaces a node only after its predecessor has released its address and disks", () => {
        const machines = update.resources.filter(({ type }) => /instance:Instance$/.test(type));
        assert.equal(machines.length, plan.nodes.length);
        machines.forEach((machine) => assert.ok(machine.deleteBeforeReplace, machine.urn));
      });

      it("refuses to be destroyed before anything of it is deleted", () => {
        const last = update.resources.find(({ type }) => type === "ape:stack:DeletionProtection")!;
        assert.equal(last.protect, plan.spec.deletionProtection);
        const others = update.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
        assert.deepEqual(
          without(
            others.map(({ urn }) => urn),
            [...last.dependsOn],
          ),
          [],
        );
      });

      it("attaches each data disk once, as a sibling that no placement renames", () => {
        const disks = update.resources.filter(({ type }) => /ebs\/volume:|compute\/disk:/.test(type));
        const attachments = update.resources.filter(({ type }) => /volumeAttachment:|attachedDisk:/.test(type));
        assert.deepEqual(
          attachments.map(({ name, parent }) => [name, parent]).sort(),
          disks.map(({ name, parent }) => [name.replace(/-data$/, ""), parent]).sort(),
        );
        attachments.forEach(({ deleteBeforeReplace, urn }) => assert.ok(deleteBeforeReplace, urn));
      });

      it("has plain values at preview for the inputs that policies judge", () => {
        const hidden = preview.resources.flatMap((resource) => unknownAmong(resource, JUDGED));
        assert.deepEqual(hidden, []);
      });

      it("exports the outputs of its contract", () => {
        const { outputs } = preview;
        assert.equal(outputs.contractVersion, 1);
        assert.equal(outputs.tier, plan.spec.tier);
        assert.deepEqual(Object.keys(outputs).sort(), [
          "apiUrl",
          "buckets",
          "caCertificate",
          "cloud",
          "contractVersion",
          "neo4j",
          "redis",
          "region",
          "secrets",
          "tier",
          "timescaledb",
        ]);
        assert.match(String(update.outputs.caCertificate), /^-----BEGIN CERTIFICATE-----/);
      });
    });
  }
});

/** Inputs that policies judge. Their values must be plain. */
const JUDGED = [
  "instanceType",
  "machineType",
  "ami",
  "tags",
  "labels",
  "size",
  "encrypted",
  "cidrBlock",
  "ipCidrRange",
  "cidrIpv4",
  "sourceRanges",
  "fromPort",
  "toPort",
  "userData",
  "metadata",
  "metadataOptions",
  "associatePublicIpAddress",
  "privateIp",
  "rootBlockDevice",
  "minSize",
  "maxSize",
  "policy",
  "bucket",
  "versioning",
  "versioningConfiguration",
  "enableKeyRotation",
  "protocol",
  "sslPolicy",
  "internal",
  "ports",
  "port",
  "zone",
  "availabilityZone",
  "bootDisk",
];

function unknownAmong({ urn, type, inputs }: Recorded, keys: readonly string[]): string[] {
  return keys
    .filter((key) => JSON.stringify(inputs[key] ?? null).includes(UNKNOWN))
    .filter((key) => !(key === "sslPolicy" && type.startsWith("gcp:"))) // a reference on gcp, a name on aws
    .filter((key) => !(key === "policy" && type.includes("autoscaling")))
    .filter((key) => !(key === "metadata" && type.endsWith(":ServiceAccount"))) // holds the identity's e-mail address
    .map((key) => `${urn}: ${key}`);
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  return lines.filter((line) => !others.includes(line));
}

/** A URN without the parts that all share, and how the resource is protected. */
function short({ urn, protect, retainOnDelete }: Recorded): string {
  const [, , type, name] = urn.split("::") as [string, string, string, string];
  return `${type.replace(/^ape:stack:Ape\$/, "")}::${name}${protect ? " protected" : ""}${retainOnDelete ? " kept" : ""}`;
}
