import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { maxConnections, poolSizes } from "../../../components/timescaledb/sizing";
import { TIMESCALEDB_SECRETS } from "../../../components/timescaledb/secrets";
import { renderBundle } from "../../../components/node/bootstrap/bundle";
import { TIER_NAMES, TIERS } from "../../../stacks/tiers";
import { contentOf, placed, provisions } from "./fixtures";

/** The files, units and packages of the planned nodes. */
describe("TimescaleDB: plan", () => {
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
    assert.deepEqual(alone!.masks, ["pgbackrest.service"]);
    assert.match(
      contentOf(alone!, "/usr/local/lib/ape/timescaledb-leave"),
      /\nsystemctl mask --quiet patroni.service etcd.service\n$/,
    );
    assert.ok(alone!.prepare!.some((command) => command.startsWith("said=$(/usr/local/lib/ape/timescaledb-leave ")));
    assert.deepEqual(member!.units.slice(0, 3), ["etcd.service", "patroni.service", "timescaledb-database.service"]);
    assert.deepEqual(member!.masks, ["pgbackrest.service"]);
    assert.match(
      contentOf(member!, "/etc/systemd/system/patroni.service.d/40-ape.conf"),
      /^ExecStartPre=\+\/usr\/local\/lib\/ape\/timescaledb-take-over$/m,
    );
    assert.match(
      contentOf(member!, "/usr/local/lib/ape/timescaledb-take-over"),
      /POSTGRESQL_UNIT='postgresql@17-main.service'\n[^]*\nsystemctl stop "\$POSTGRESQL_UNIT"\nsystemctl mask --quiet "\$POSTGRESQL_UNIT"\n$/,
    );
    assert.deepEqual(witness!.units, ["etcd.service"]);
    for (const unit of ["patroni.service", "etcd.service"]) {
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

  it("admits a peer at each address that it has while roles move between nodes", () => {
    const all = placed().map((each, index) => ({ ...each, formerAddresses: [`10.60.16.${21 + index}`] }));
    const config = contentOf(all[0]!.role.provision(all[0]!, all), "/etc/patroni/config.yml");
    assert.deepEqual(
      [...config.matchAll(/- hostssl replication replicator (\S+)\/32/g)].map((match) => match[1]),
      ["127.0.0.1", "10.60.16.11", "10.60.16.21", "10.60.16.12", "10.60.16.22"],
    );
  });

  it("reaches peers by names only, which follow them to other addresses", () => {
    const readsAddresses = ["/etc/patroni/config.yml", "/etc/ape/timescaledb/peers"];
    for (const { files } of provisions()) {
      for (const { path, content } of files.filter((file) => !readsAddresses.includes(file.path))) {
        assert.doesNotMatch(content, /10\.60\./, path);
      }
    }
    const config = contentOf(provisions()[0]!, "/etc/patroni/config.yml");
    assert.doesNotMatch(config.replace(/ {2}pg_hba:\n( {4}- .*\n)+/, ""), /10\.60\./);
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
});
