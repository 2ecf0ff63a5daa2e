import assert from "node:assert/strict";
import { timescaleDbEndpoints } from "../../../components/timescaledb/endpoints";
import { planTimescaleDb } from "../../../components/timescaledb/plan";
import { TIMESCALEDB_SECRETS } from "../../../components/timescaledb/secrets";
import { TIER_NAMES, TIERS } from "../../../stacks/tiers";
import { ARGS, contentOf, flows, placed, provisions } from "./fixtures";

describe("TimescaleDB: plan", () => {
  const single = planTimescaleDb({ ...ARGS, highlyAvailable: false });
  const replicated = planTimescaleDb(ARGS);

  it("is one data node, or two and a witness in three zones", () => {
    assert.deepEqual(
      single.map(({ name, zone, disk }) => [name, zone, disk?.mount]),
      [["timescaledb-1", 0, "/var/lib/postgresql"]],
    );
    assert.deepEqual(
      replicated.map(({ name, zone, disk }) => [name, zone, disk?.mount]),
      [
        ["timescaledb-1", 0, "/var/lib/postgresql"],
        ["timescaledb-2", 1, "/var/lib/postgresql"],
        ["timescaledb-3", 2, "/var/lib/etcd"],
      ],
    );
  });

  it("requires the tier's memory and CPUs on data nodes, and little on the witness", () => {
    const [first, second, witness] = planTimescaleDb({ ...ARGS, instanceType: "m6i.xlarge" });
    for (const role of [first!, second!]) {
      assert.deepEqual(role.needs, { vcpu: 8, memGiB: 4 });
      assert.equal(role.instanceType, "m6i.xlarge");
      assert.equal(role.disk?.sizeGiB, 100);
    }
    assert.deepEqual(witness!.needs, { vcpu: 0.25, memGiB: 0.25 });
    assert.equal(witness!.instanceType, undefined);
  });

  it("accepts connections from the API and between members", () => {
    assert.deepEqual(single.map(flows), [["6432 from api"]]);
    const data = [
      "6432 from api",
      "5432 from timescaledb",
      "8008 from api, timescaledb",
      "2379 from timescaledb",
      "2380 from timescaledb",
    ];
    assert.deepEqual(replicated.map(flows), [data, data, ["2379 from timescaledb", "2380 from timescaledb"]]);
  });

  it("gives the witness neither secrets nor backups", () => {
    const right = { bucket: "backups", prefix: "timescaledb/", access: "write" };
    assert.deepEqual(
      replicated.map(({ secrets, grants }) => [secrets, grants]),
      [
        [["timescaledb-server", "timescaledb-api", "timescaledb-readonly"], [right]],
        [["timescaledb-server", "timescaledb-api", "timescaledb-readonly"], [right]],
        [[], []],
      ],
    );
  });

  it("retains the secret that decrypts the backups, and creates no superuser password", () => {
    assert.deepEqual(
      TIMESCALEDB_SECRETS.map(({ name, keep, fields }) => [name, keep, Object.keys(fields)]),
      [
        ["timescaledb-server", true, ["replication", "rewind", "monitoring", "patroni", "backupCipher"]],
        ["timescaledb-api", undefined, ["username", "password"]],
        ["timescaledb-readonly", undefined, ["username", "password"]],
      ],
    );
  });

  it("fits every tier's settings in its memory, single and replicated", () => {
    for (const tier of TIER_NAMES) {
      for (const highlyAvailable of [false, true]) {
        assert.doesNotThrow(() => planTimescaleDb({ ...ARGS, ...TIERS[tier].timescaledb, highlyAvailable }), tier);
      }
    }
  });

  it("rejects memory that is too small for the server", () => {
    assert.throws(() => planTimescaleDb({ ...ARGS, memGiB: 0.25, cpus: 2 }), {
      name: "Error",
      message:
        /^overrides.timescaledb: 0.25 GiB with 2 CPUs is not enough for PostgreSQL, Patroni and etcd: \d+ MiB at peak$/,
    });
  });

  it("is one complete service per shard, with the first members in different zones", () => {
    const roles = planTimescaleDb({ ...ARGS, shards: 2 });
    assert.deepEqual(
      roles.map(({ name, zone, disk }) => [name, zone, disk?.mount]),
      [
        ["timescaledb-1", 0, "/var/lib/postgresql"],
        ["timescaledb-2", 1, "/var/lib/postgresql"],
        ["timescaledb-3", 2, "/var/lib/etcd"],
        ["timescaledb-4", 1, "/var/lib/postgresql"],
        ["timescaledb-5", 2, "/var/lib/postgresql"],
        ["timescaledb-6", 0, "/var/lib/etcd"],
      ],
    );
    const files = provisions({ shards: 2 });
    const etcd = (index: number): string[] =>
      [...contentOf(files[index]!, "/etc/default/etcd").matchAll(/(timescaledb-\d)=https/g)].map((match) => match[1]!);
    assert.deepEqual(etcd(1), ["timescaledb-1", "timescaledb-2", "timescaledb-3"]);
    assert.deepEqual(etcd(5), ["timescaledb-4", "timescaledb-5", "timescaledb-6"]);
    const founders = files.filter(({ files: own }) =>
      own.some(({ path, content }) => path === "/etc/patroni/config.yml" && /^bootstrap:$/m.test(content)),
    );
    assert.deepEqual(
      founders.map((provision) => files.indexOf(provision)),
      [0, 3],
    );
    const paths = [0, 3].map(
      (index) => /^repo1-path=(.*)$/m.exec(contentOf(files[index]!, "/etc/pgbackrest.conf"))![1],
    );
    assert.deepEqual(paths, ["/timescaledb", "/timescaledb/shard-2"]);
    const { shards } = timescaleDbEndpoints(placed({ shards: 2 }), "ape");
    assert.deepEqual(
      shards.map(({ hosts }) => hosts.map(({ address }) => address)),
      [
        ["10.60.16.11", "10.60.16.12"],
        ["10.60.16.14", "10.60.16.15"],
      ],
    );
  });

  it("names endpoints without a password", () => {
    const query = "sslmode=verify-full";
    const single = {
      hosts: [{ name: "timescaledb-1.ape.internal", address: "10.60.16.11" }],
      writer: `postgresql://ape@10.60.16.11:6432/ape?target_session_attrs=read-write&${query}`,
      reader: `postgresql://ape@10.60.16.11:6432/ape?target_session_attrs=prefer-standby&${query}`,
    };
    assert.deepEqual(timescaleDbEndpoints(placed({ highlyAvailable: false }), "ape"), {
      ...single,
      shards: [single],
      poolPort: 6432,
    });
    const both = "10.60.16.11:6432,10.60.16.12:6432";
    const replicated = {
      hosts: [
        { name: "timescaledb-1.ape.internal", address: "10.60.16.11" },
        { name: "timescaledb-2.ape.internal", address: "10.60.16.12" },
      ],
      writer: `postgresql://ape@${both}/prices?target_session_attrs=read-write&${query}`,
      reader: `postgresql://ape@${both}/prices?target_session_attrs=prefer-standby&${query}`,
    };
    assert.deepEqual(timescaleDbEndpoints(placed(), "prices"), {
      ...replicated,
      shards: [replicated],
      poolPort: 6432,
      patroniPort: 8008,
    });
  });
});
