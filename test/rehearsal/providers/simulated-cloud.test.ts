import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAULTS_FILE, unbootedSession, type Session } from "../../../rehearsal/providers/session";
import { Engine, loggedCalls, type Created } from "./engine";

const ZONE = "us-east-1a";
const TAGS = { Service: "redis" };

describe("the simulated cloud", () => {
  let directory: string;
  let session: Session;
  let engine: Engine;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "ape-cloud-"));
    session = await unbootedSession(directory);
    engine = new Engine(session, "test");
  });
  afterEach(() => {
    engine.close();
    session.stop();
    rmSync(directory, { recursive: true });
  });

  const subnet = (): Promise<Created> =>
    engine.create("aws:ec2/subnet:Subnet", "data-1", { cidrBlock: "10.0.0.0/24", availabilityZone: ZONE });
  const instance = async (name: string, { id: subnetId }: Created, privateIp: string): Promise<Created> => {
    const role = await engine.create("aws:iam/role:Role", name, {});
    const profile = { role: role.outputs.name };
    await engine.create("aws:iam/instanceProfile:InstanceProfile", name, profile);
    return engine.create("aws:ec2/instance:Instance", name, {
      ...{ ami: "ami-1", instanceType: "t3a.small", subnetId, privateIp, vpcSecurityGroupIds: [], userData: "#!" },
      ...{ iamInstanceProfile: name, tags: TAGS },
    });
  };
  const volume = (size: number): Promise<Created> =>
    engine.create("aws:ebs/volume:Volume", "redis-1-data", { availabilityZone: ZONE, size });
  const attach = (machine: Created, { id: volumeId }: Created): Promise<Created> =>
    engine.create("aws:ec2/volumeAttachment:VolumeAttachment", `${machine.id}-${volumeId}`, {
      ...{ instanceId: machine.id, volumeId, deviceName: "/dev/sdf" },
    });

  describe("on AWS", () => {
    it("refuses a volume that is attached elsewhere, and deletes none that is attached", async () => {
      const network = await subnet();
      const [first, second] = [await instance("a", network, "10.0.0.4"), await instance("b", network, "10.0.0.5")];
      const disk = await volume(10);
      const attachment = await attach(first, disk);
      await assert.rejects(attach(second, disk), /^Error: VolumeInUse: vol-\w+ is already attached to an instance$/);
      await assert.rejects(engine.delete(disk), /^Error: VolumeInUse: .* is currently attached to i-/);
      await engine.delete(attachment);
      await engine.delete(await attach(second, disk));
      await engine.delete(disk);
      assert.equal(await engine.read(disk), "");
    });

    it("releases the volumes of an instance that is deleted", async () => {
      const network = await subnet();
      const machine = await instance("a", network, "10.0.0.4");
      const disk = await volume(10);
      await attach(machine, disk);
      await engine.delete(machine);
      await engine.delete(disk);
    });

    it("refuses a smaller volume, and a second change within six hours", async () => {
      const disk = await volume(10);
      await assert.rejects(engine.update(disk, { ...disk.inputs, size: 5 }), /New size cannot be smaller/);
      const grown = await engine.update(disk, { ...disk.inputs, size: 20 });
      await assert.rejects(engine.update(grown, { ...disk.inputs, size: 30 }), /VolumeModificationRateExceeded/);
    });

    it("refuses an address in use, and a subnet that instances use is not deleted", async () => {
      const network = await subnet();
      const machine = await instance("a", network, "10.0.0.4");
      await assert.rejects(instance("b", network, "10.0.0.4"), /InvalidIPAddress.InUse: Address 10.0.0.4 is in use/);
      await assert.rejects(engine.delete(network), /DependencyViolation: .* \(data-1, used by a\)/);
      await engine.delete(machine);
      await engine.delete(network);
    });

    it("changes an instance's type in place, and replaces it for another image", async () => {
      const machine = await instance("a", await subnet(), "10.0.0.4");
      const bigger = { ...machine.inputs, instanceType: "t3a.large" };
      assert.deepEqual(await engine.diff(machine, bigger), { changed: ["instanceType"], replaces: [] });
      assert.deepEqual((await engine.diff(machine, { ...machine.inputs, ami: "ami-2" })).replaces, ["ami"]);
      writeFileSync(join(directory, FAULTS_FILE), JSON.stringify({ exhausted: ["t3a.large"] }));
      await assert.rejects(engine.update(machine, bigger), /InsufficientInstanceCapacity: .* t3a.large capacity/);
      rmSync(join(directory, FAULTS_FILE));
      assert.equal((await engine.update(machine, bigger)).id, machine.id);
    });

    it("keeps buckets with objects unless forced, and refuses names that exist", async () => {
      const bucket = await engine.create("aws:s3/bucket:Bucket", "logs", { bucket: "ape-test-logs" });
      await assert.rejects(engine.create("aws:s3/bucket:Bucket", "b", bucket.inputs), /AlreadyExists: .*ape-test-logs/);
      const url = `${session.environment.AWS_ENDPOINT_URL_S3}/ape-test-logs/status/x.json`;
      assert.equal((await fetch(url, { method: "PUT", body: "{}" })).status, 200);
      await assert.rejects(engine.delete(bucket), /BucketNotEmpty/);
      await engine.delete(await engine.update(bucket, { ...bucket.inputs, forceDestroy: true }));
      assert.equal((await fetch(url)).status, 404);
    });
  });

  describe("on Google Cloud", () => {
    const create = async (name: string, networkIp: string): Promise<Created> =>
      engine.create("gcp:compute/instance:Instance", name, {
        ...{
          zone: "a",
          machineType: "e2-medium",
          serviceAccount: { email: "x" },
          tags: [],
          labels: { service: "redis" },
        },
        networkInterfaces: [{ subnetwork: network.id, networkIp }],
        metadata: { "startup-script": "#!" },
        bootDisk: { initializeParams: { image: "debian-13", labels: { tier: "t1" } } },
      });
    let network: Created;
    beforeEach(async () => {
      network = await engine.create("gcp:compute/subnetwork:Subnetwork", "data-1", { ipCidrRange: "10.0.0.0/24" });
    });

    it("refuses a disk or an address that another instance uses", async () => {
      const [first, second] = [await create("a", "10.0.0.4"), await create("b", "10.0.0.5")];
      await assert.rejects(create("c", "10.0.0.4"), /IP_IN_USE_BY_ANOTHER_RESOURCE/);
      const disk = await engine.create("gcp:compute/disk:Disk", "redis-1-data", { zone: "a", size: 10 });
      const attach = ({ id: machine }: Created): Promise<Created> =>
        engine.create("gcp:compute/attachedDisk:AttachedDisk", `on-${machine}`, {
          ...{ disk: disk.id, instance: machine, deviceName: "redis-1-data" },
        });
      const attachment = await attach(first);
      await assert.rejects(
        attach(second),
        /RESOURCE_IN_USE_BY_ANOTHER_RESOURCE: The disk resource 'redis-1-data' is already being used by 'a'/,
      );
      await assert.rejects(engine.delete(disk), /resourceInUseByAnotherResource/);
      await engine.delete(attachment);
      await engine.delete(await attach(second));
      await engine.delete(disk);
    });

    it("stops an instance for another type only if that is allowed, and replaces a disk that shrinks", async () => {
      const machine = await create("a", "10.0.0.4");
      const bigger = { ...machine.inputs, machineType: "e2-standard-2" };
      await assert.rejects(engine.update(machine, bigger), /requires stopping it/);
      await engine.update(machine, { ...bigger, allowStoppingForUpdate: true });
      const disk = await engine.create("gcp:compute/disk:Disk", "d", { zone: "a", size: 10 });
      assert.deepEqual((await engine.diff(disk, { zone: "a", size: 5 })).replaces, ["size"]);
      assert.deepEqual((await engine.diff(disk, { zone: "a", size: 20 })).replaces, []);
    });

    it("keeps a protected instance, and an object's new content is the same object", async () => {
      const machine = await create("a", "10.0.0.4");
      const kept = await engine.update(machine, { ...machine.inputs, deletionProtection: true });
      await assert.rejects(engine.delete(kept), /protected against deletion \(instance a\)/);
      await engine.create("gcp:storage/bucket:Bucket", "b", { name: "ape-test-bootstrap-x" });
      const inputs = { bucket: "ape-test-bootstrap-x", name: "nodes/a", content: "1" };
      const object = await engine.create("gcp:storage/bucketObject:BucketObject", "a-current", inputs);
      assert.deepEqual(await engine.diff(object, { ...inputs, content: "2" }), { changed: ["content"], replaces: [] });
      await engine.update(object, { ...inputs, content: "2" });
      const url = `${session.environment.STORAGE_EMULATOR_HOST}/storage/v1/b/${inputs.bucket}/o/nodes%2Fa?alt=media`;
      assert.equal(await (await fetch(url)).text(), "2");
    });
  });

  it("continues with its resources after a restart, and derives the same secrets", async () => {
    const inputs = { length: 24, special: false };
    const before = await engine.create("random:index/randomPassword:RandomPassword", "p", inputs);
    assert.match(before.outputs.result as string, /^\w{24}$/);
    session.stop();
    engine.close();
    session = await unbootedSession(directory);
    engine = new Engine(session, "test");
    assert.equal(await engine.read(before), before.id);
    const after = await engine.create("random:index/randomPassword:RandomPassword", "p", inputs);
    assert.notEqual(after.id, before.id);
    assert.equal(after.outputs.result, before.outputs.result);
  });

  it("logs every call with its times, what it changes and why it was refused", async () => {
    const disk = await volume(10);
    await engine.update(disk, { ...disk.inputs, size: 5 }).catch(() => undefined);
    const [created, refused] = loggedCalls(directory);
    assert.equal(created!.method, "create");
    assert.equal(created!.urn, disk.urn);
    assert.ok(created!.begun <= created!.ended);
    assert.deepEqual(refused!.changed, ["size"]);
    assert.match(refused!.refused!, /New size cannot be smaller/);
  });
});
