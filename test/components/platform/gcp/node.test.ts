import assert from "node:assert/strict";
import { GcpPlatform } from "../../../../components/platform/gcp/platform";
import { withMocks } from "../../../support/mocks";
import { all, byName, CONTEXT, deploy, NODE, Root } from "./stack";

describe("Google Cloud", () => {
  describe("a node", () => {
    it("is asked for with these", async () => {
      const resources = await deploy();
      const [node] = all(resources, "compute Instance");
      const { metadata, ...rest } = node!.inputs;
      const marked = { ...CONTEXT.labels, name: "ape-prod-node-1", service: "timescaledb_redis" };
      assert.deepEqual(metadata, {
        "startup-script": NODE.userData,
        "enable-oslogin": "TRUE",
        "block-project-ssh-keys": "TRUE",
        "serial-port-enable": "FALSE",
      });
      assert.deepEqual(rest, {
        zone: "us-central1-a",
        machineType: "e2-standard-4",
        allowStoppingForUpdate: true,
        canIpForward: false,
        deletionProtection: false,
        networkInterfaces: [{ subnetwork: "data-1-id", networkIp: "10.60.16.200" }],
        bootDisk: {
          autoDelete: true,
          initializeParams: {
            image: "projects/debian-cloud/global/images/debian-13-trixie-v20260921",
            size: 16,
            type: "pd-balanced",
            labels: marked,
          },
        },
        serviceAccount: { email: "node-1@example.com", scopes: ["cloud-platform"] },
        shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
        scheduling: { provisioningModel: "STANDARD", automaticRestart: true, onHostMaintenance: "MIGRATE" },
        tags: ["ape-prod-timescaledb", "ape-prod-redis"],
        labels: marked,
      });
      assert.ok(node!.deleteBeforeReplace);
    });

    it("is not replaced when only labels change", async () => {
      // The provider replaces a machine for a label of its boot disk, and nothing else of it holds labels that do.
      const [node] = all(await deploy(), "compute Instance");
      assert.ok(node!.ignoreChanges.includes("bootDisk.initializeParams.labels"));
    });

    it("leaves its disks to their attachments, which follow the disks", async () => {
      const resources = await deploy();
      assert.ok(all(resources, "compute Instance")[0]!.ignoreChanges.includes("attachedDisks"));
      const attachments = all(resources, "compute AttachedDisk");
      const parentOf = new Map(all(resources, "compute Disk").map(({ id, parent }) => [id, parent]));
      assert.deepEqual(
        attachments.map(({ name, inputs }) => [name, inputs]),
        ["timescaledb-1", "redis-1"].map((name) => [
          name,
          { instance: "node-1-id", disk: `${name}-data-id`, deviceName: `${name}-data`, mode: "READ_WRITE" },
        ]),
      );
      attachments.forEach(({ parent, inputs, deleteBeforeReplace }) => {
        assert.equal(parent, parentOf.get(inputs.disk as string));
        assert.ok(deleteBeforeReplace);
      });
    });

    it("finds its disks by stable paths", async () => {
      const paths: string[] = [];
      await withMocks(
        () => {
          const platform = new GcpPlatform(CONTEXT);
          const spec = { name: "redis-1", service: "redis", zone: 2, sizeGiB: 10 } as const;
          platform.disk(spec, { parent: new Root(platform) }).devicePath.apply((path) => paths.push(path));
        },
        { preview: true },
      );
      assert.deepEqual(paths, ["/dev/disk/by-id/google-redis-1-data"]);
    });

    it("waits for its network access, its permissions and its bootstrap", async () => {
      const resources = await deploy();
      const { dependsOn } = all(resources, "compute Instance")[0]!;
      const of = (type: string, begin: string): string[] =>
        all(resources, type)
          .filter(({ name }) => name.startsWith(begin))
          .map(({ urn }) => urn);
      const needed = [
        ...of("compute RouterNat", ""),
        ...of("compute Firewall", ""),
        ...of("secretmanager SecretIamMember", "node-1-"),
        ...of("storage BucketIAMMember", "node-1-"),
        ...of("secretmanager SecretVersion", ""),
        ...of("storage BucketObject", ""),
      ];
      assert.deepEqual(
        needed.filter((urn) => !dependsOn.includes(urn)),
        [],
      );
    });
  });

  it("grants each node exactly what its roles declare", async () => {
    const resources = await deploy();
    const objects = "projects/_/buckets/ape-prod";
    const ofBuckets = byName(all(resources, "storage BucketIAMMember"), (inputs) => [
      inputs.member,
      inputs.bucket,
      inputs.role,
      (inputs.condition as { expression: string } | undefined)?.expression,
    ]);
    assert.deepEqual(ofBuckets, [
      [
        "api-bootstrap-bootstrap",
        [
          "serviceAccount:api@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name.startsWith("${objects}-bootstrap-1a2b3c4d/objects/bootstrap/")`,
        ],
      ],
      [
        "api-bootstrap-nodes-api",
        [
          "serviceAccount:api@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name == "${objects}-bootstrap-1a2b3c4d/objects/nodes/api"`,
        ],
      ],
      [
        "api-bootstrap-request.json",
        [
          "serviceAccount:api@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name == "${objects}-bootstrap-1a2b3c4d/objects/request.json"`,
        ],
      ],
      [
        "api-bootstrap-status-api",
        [
          "serviceAccount:api@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectUser",
          `resource.name.startsWith("${objects}-bootstrap-1a2b3c4d/objects/status/api/")`,
        ],
      ],
      [
        "api-bootstrap-status-api.json",
        [
          "serviceAccount:api@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectUser",
          `resource.name == "${objects}-bootstrap-1a2b3c4d/objects/status/api.json"`,
        ],
      ],
      [
        "logs",
        [
          "group:cloud-storage-analytics@google.com",
          "ape-prod-logs-1a2b3c4d",
          "roles/storage.objectCreator",
          undefined,
        ],
      ],
      [
        "node-1-backups-list",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-backups-1a2b3c4d",
          "roles/storage.legacyBucketReader",
          undefined,
        ],
      ],
      [
        "node-1-backups-redis",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-backups-1a2b3c4d",
          "roles/storage.objectUser",
          `resource.name.startsWith("${objects}-backups-1a2b3c4d/objects/redis/")`,
        ],
      ],
      [
        "node-1-backups-timescaledb",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-backups-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name.startsWith("${objects}-backups-1a2b3c4d/objects/timescaledb/")`,
        ],
      ],
      [
        "node-1-bootstrap-bootstrap",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name.startsWith("${objects}-bootstrap-1a2b3c4d/objects/bootstrap/")`,
        ],
      ],
      [
        "node-1-bootstrap-nodes-node-1",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name == "${objects}-bootstrap-1a2b3c4d/objects/nodes/node-1"`,
        ],
      ],
      [
        "node-1-bootstrap-request.json",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectViewer",
          `resource.name == "${objects}-bootstrap-1a2b3c4d/objects/request.json"`,
        ],
      ],
      [
        "node-1-bootstrap-status-node-1",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectUser",
          `resource.name.startsWith("${objects}-bootstrap-1a2b3c4d/objects/status/node-1/")`,
        ],
      ],
      [
        "node-1-bootstrap-status-node-1.json",
        [
          "serviceAccount:node-1@example.com",
          "ape-prod-bootstrap-1a2b3c4d",
          "roles/storage.objectUser",
          `resource.name == "${objects}-bootstrap-1a2b3c4d/objects/status/node-1.json"`,
        ],
      ],
    ]);
    assert.deepEqual(
      byName(all(resources, "secretmanager SecretIamMember"), ({ member, secretId, role }) => [member, secretId, role]),
      [
        ["api-redis-api", ["serviceAccount:api@example.com", "redis-api-id", "roles/secretmanager.secretAccessor"]],
        [
          "node-1-node-node-1",
          ["serviceAccount:node-1@example.com", "node-node-1-id", "roles/secretmanager.secretAccessor"],
        ],
        [
          "node-1-redis-api",
          ["serviceAccount:node-1@example.com", "redis-api-id", "roles/secretmanager.secretAccessor"],
        ],
      ],
    );
  });
});
