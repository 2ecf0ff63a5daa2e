import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { timescaleDbEndpoints } from "../../../components/timescaledb/endpoints";
import { planTimescaleDb } from "../../../components/timescaledb/plan";
import { maxConnections, poolSizes } from "../../../components/timescaledb/sizing";
import { TIMESCALEDB_SECRETS } from "../../../components/timescaledb/secrets";
import { renderBundle } from "../../../components/node/bootstrap/bundle";
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

  it("renders the same files each time", () => {
    assert.deepEqual(provisions(), provisions());
    const all = placed();
    for (const node of all) {
      assert.equal(renderBundle(node.node, [node], all).sha256, renderBundle(node.node, [node], all).sha256);
    }
  });

  it("gives both data nodes the same files except for names and the bootstrap section", () => {
    const [first, second] = provisions();
    const own = (content: string): string =>
      content
        .replace(/^bootstrap:\n(( .*)?\n)+/m, "")
        .replace(/^(name|ETCD_NAME).*\n/gm, "")
        .replace(/^(ETCD_(INITIAL_)?ADVERTISE|.*connect_address:).*\n/gm, "")
        .replace(/^ETCD_INITIAL_ADVERTISE_PEER_URLS.*\n/gm, "")
        .replace(/^readonly (MEMBER|OWN_URL|PEERS)=.*\n/gm, "");
    assert.deepEqual(
      first!.files.map(({ path, content }) => [path, own(content)]),
      second!.files.map(({ path, content }) => [path, own(content)]),
    );
    assert.notDeepEqual(first!.files, second!.files);
  });

  it("lets only the first member bootstrap a cluster, since it may have a single server's data", () => {
    assert.deepEqual(
      provisions()
        .slice(0, 2)
        .map((provision) => /^bootstrap:$/m.test(contentOf(provision, "/etc/patroni/config.yml"))),
      [true, false],
    );
  });

  it("restricts files with a secret to the program that reads them", () => {
    for (const provision of [...provisions(), ...provisions({ highlyAvailable: false })]) {
      for (const { path, mode, owner } of provision.files.filter((file) => file.content.includes("@{"))) {
        assert.deepEqual([mode, owner], ["0600", "postgres"], path);
      }
    }
  });

  it("puts no secret on a command line", () => {
    for (const { prepare = [], health } of [...provisions(), ...provisions({ highlyAvailable: false })]) {
      assert.ok(![...prepare, health].some((command) => command.includes("@{")));
    }
  });

  it("references only fields that its secrets have", () => {
    const known = TIMESCALEDB_SECRETS.flatMap(({ name, fields }) =>
      Object.keys(fields).map((field) => `${name}/${field}`),
    );
    const used = [...provisions(), ...provisions({ highlyAvailable: false })].flatMap(({ files }) =>
      files.flatMap(({ content }) => [...content.matchAll(/@\{([^}]*)\}/g)].map((match) => match[1]!)),
    );
    assert.deepEqual([...new Set(used)].sort(), known.filter((field) => !field.endsWith("/username")).sort());
  });

  it("enables exactly one program that runs the server", () => {
    const [alone] = provisions({ highlyAvailable: false });
    const [member, , witness] = provisions();
    assert.deepEqual(alone!.units.slice(0, 2), ["postgresql@17-main.service", "timescaledb-database.service"]);
    assert.deepEqual(alone!.masks, ["patroni.service", "etcd.service", "pgbackrest.service"]);
    assert.deepEqual(member!.units.slice(0, 3), ["etcd.service", "patroni.service", "timescaledb-database.service"]);
    assert.deepEqual(member!.masks, ["postgresql@17-main.service", "pgbackrest.service"]);
    assert.deepEqual(witness!.units, ["etcd.service"]);
    for (const unit of alone!.masks.slice(0, 2)) {
      assert.ok(!alone!.units.includes(unit));
      assert.ok(member!.prepare!.some((command) => command.startsWith("systemctl unmask") && command.includes(unit)));
    }
  });

  it("disables Debian's default cluster before the package is installed", () => {
    for (const provision of [provisions()[0]!, provisions({ highlyAvailable: false })[0]!]) {
      const file = provision.files.find(({ path }) => path === "/etc/postgresql-common/createcluster.conf");
      assert.equal(file?.early, true);
      assert.match(file.content, /^create_main_cluster = false$/m);
    }
  });

  it("admits local clients and peers over TLS, in this order", () => {
    const [alone] = provisions({ highlyAvailable: false, database: "prices" });
    const rules = contentOf(alone!, "/etc/postgresql/17/main/pg_hba.conf").split("\n").slice(1, -1);
    assert.deepEqual(rules, [
      "local all postgres peer",
      "local all all scram-sha-256",
      "hostssl postgres,prices monitoring 127.0.0.1/32 scram-sha-256",
      "host all all all reject",
    ]);
    const config = contentOf(provisions()[1]!, "/etc/patroni/config.yml");
    assert.deepEqual(
      / {2}pg_hba:\n((?: {4}- .*\n)+)/
        .exec(config)![1]!
        .trimEnd()
        .split("\n")
        .map((line) => line.slice(6)),
      [
        "local all postgres peer",
        "local all all scram-sha-256",
        "hostssl postgres,ape monitoring 127.0.0.1/32 scram-sha-256",
        "hostssl replication replicator 127.0.0.1/32 scram-sha-256",
        "hostssl replication replicator 10.60.16.11/32 scram-sha-256",
        "hostssl postgres rewind 10.60.16.11/32 scram-sha-256",
        "hostssl replication replicator 10.60.16.12/32 scram-sha-256",
        "hostssl postgres rewind 10.60.16.12/32 scram-sha-256",
        "host all all all reject",
      ],
    );
  });

  it("admits clients to the pool over TLS with a password, and never exceeds the server's connections", () => {
    const [alone] = provisions({ highlyAvailable: false, database: "prices" });
    assert.deepEqual(contentOf(alone!, "/etc/pgbouncer/hba.conf").split("\n").slice(1, -1), [
      "local pgbouncer postgres peer",
      "hostssl pgbouncer monitoring 127.0.0.1/32 scram-sha-256",
      "hostssl prices ape 0.0.0.0/0 scram-sha-256",
      "hostssl prices ape_readonly 0.0.0.0/0 scram-sha-256",
      "host all all 0.0.0.0/0 reject",
    ]);
    for (const tier of TIER_NAMES) {
      const size = { ...TIERS[tier].timescaledb, diskGiB: 100 };
      const { api, readOnly, reserve } = poolSizes(size);
      // Both pools can use the reserve at once.
      assert.ok(api + readOnly + 2 * reserve + 3 < maxConnections(size), tier);
    }
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

  it("installs TimescaleDB from Debian, or from Timescale for the community edition", () => {
    const named = (edition: "apache" | "community"): unknown => {
      const { packages, sources } = provisions({ edition })[0]!;
      return [packages.filter((name) => name.includes("timescaledb")), sources?.map(({ uri }) => uri)];
    };
    assert.deepEqual(named("apache"), [["postgresql-17-timescaledb"], []]);
    assert.deepEqual(named("community"), [
      ["timescaledb-2-loader-postgresql-17", "timescaledb-2-postgresql-17"],
      ["https://packagecloud.io/timescale/timescaledb/debian/"],
    ]);
  });

  it("restores a blank disk to the configured point in time, by default to the end of the backups", () => {
    const command = (restoreTo?: string): string[] => {
      const script = contentOf(
        provisions(restoreTo === undefined ? {} : { restoreTo })[0]!,
        "/usr/local/lib/ape/timescaledb-create",
      );
      const header = script.match(/^readonly .*$/gm)!.join("\n");
      const words = /exec (pgbackrest .*)/.exec(script)![1]!;
      const { stdout } = spawnSync("bash", ["-c", `${header}\nprintf '%s\\n' ${words}`], { encoding: "utf8" });
      return stdout.trim().split("\n");
    };
    assert.deepEqual(command(), ["pgbackrest", "--stanza=main", "restore"]);
    assert.deepEqual(command("2026-01-31T12:00:00Z"), [
      "pgbackrest",
      "--stanza=main",
      "--type=time",
      "--target=2026-01-31 12:00:00+00",
      "--target-action=promote",
      "restore",
    ]);
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
