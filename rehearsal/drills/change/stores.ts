import { MASTER_NAME, SENTINEL_PORT } from "../../../components/redis/endpoints";
import { USERS } from "../../../components/redis/secrets";
import type { DataServiceName } from "../../../components/model/role";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { until } from "../../system/process";
import type { WriterProcess } from "../client";
import { Writer as Neo4jWriter } from "../neo4j/client";
import { lostWrites as lostNodes, neo4jServer } from "../neo4j/server";
import { Writer as RedisWriter } from "../redis/client";
import { lostWrites as lostKeys } from "../redis/keys";
import { redisCli, RedisMembers } from "../redis/members";
import { Writer as TimescaleDbWriter } from "../timescaledb/client";
import { patronictl, TimescaleDbMembers } from "../timescaledb/members";
import { createTable, lostWrites as lostRows } from "../timescaledb/rows";

/** Milliseconds until all members of a store must be healthy. */
const SETTLE_MS = 240_000;
/** Milliseconds until another member must lead. */
const LEAD_MS = 60_000;

/** A client that writes, and how many of its acknowledged writes are missing. */
export interface Observation {
  readonly writer: WriterProcess;
  readonly lost: () => Promise<number>;
}

/** A store that is observed while its nodes change. */
export interface Store {
  /** Allowed seconds without an accepted write each time that a member changes. */
  readonly limitSeconds: number;
  /** Waits until all members are healthy. Throws if they are not in time. */
  readonly settle: (rehearsal: Rehearsal) => Promise<void>;
  /** Starts a client. `run` identifies its writes. */
  readonly observe: (rehearsal: Rehearsal, run: string) => Promise<Observation>;
  /** The member that leads. Undefined if the store has no peers. */
  readonly leader: (rehearsal: Rehearsal) => Promise<Machine | undefined>;
  /** Makes another member lead, not through the deployer. */
  readonly lead: (rehearsal: Rehearsal, node: string) => Promise<void>;
}

/** A boot, with the installation of packages, on a busy machine. */
const NEO4J_SECONDS = 300;

export const STORES: Readonly<Record<DataServiceName, Store>> = {
  timescaledb: {
    limitSeconds: 5,
    settle: async (rehearsal) => {
      const members = await TimescaleDbMembers.of(rehearsal);
      settled("TimescaleDB", await members.waitUntilHealthy(SETTLE_MS));
    },
    observe: async (rehearsal, run) => {
      const { machines } = rehearsal;
      await createTable(await TimescaleDbMembers.of(rehearsal));
      const { zone } = machines.find(({ host }) => host.services.includes("api"))!.host;
      const writer = TimescaleDbWriter.start(rehearsal, zone, run);
      return { writer, lost: async () => (await lostRows(await TimescaleDbMembers.of(rehearsal), writer)).length };
    },
    leader: async (rehearsal) => (await TimescaleDbMembers.of(rehearsal)).primary(),
    lead: async (rehearsal, node) => {
      const members = await TimescaleDbMembers.of(rehearsal);
      const { host } = await members.primary();
      if (host.name !== node && members.machines.some((machine) => machine.host.name === node)) {
        await rehearsal.machine(host.name).run(patronictl("switchover", "--force", "timescaledb"));
        settled("TimescaleDB", await members.waitUntilHealthy(SETTLE_MS));
      }
    },
  },
  // A single server: Community Edition has no cluster.
  neo4j: {
    limitSeconds: NEO4J_SECONDS,
    settle: () => Promise.resolve(),
    observe: async (rehearsal, run) => {
      const writer = await Neo4jWriter.start(rehearsal, neo4jServer(rehearsal).host, run);
      return { writer, lost: () => lostNodes(neo4jServer(rehearsal), writer) };
    },
    leader: () => Promise.resolve(undefined),
    lead: () => Promise.resolve(),
  },
  redis: {
    limitSeconds: 3,
    settle: async (rehearsal) => settled("Redis", await new RedisMembers(rehearsal).waitUntilHealthy(SETTLE_MS)),
    observe: async (rehearsal, run) => {
      const { zone } = new RedisMembers(rehearsal).machines[0]!.host;
      const writer = await RedisWriter.start(rehearsal, zone, `drill:${run}:`);
      return { writer, lost: async () => (await lostKeys(new RedisMembers(rehearsal), writer)).length };
    },
    leader: (rehearsal) => new RedisMembers(rehearsal).master(),
    lead: async (rehearsal, node) => {
      const members = new RedisMembers(rehearsal);
      await until(async () => {
        const master = await members.master();
        if (master?.host.name === node) {
          return true;
        }
        // Sentinels choose the new master: with two replicas it is the wanted one within a few failovers.
        await redisCli(members.machines[0]!, USERS.sentinel, SENTINEL_PORT, ["sentinel", "failover", MASTER_NAME]);
        await members.waitUntilHealthy(LEAD_MS);
        return false;
      }, LEAD_MS);
    },
  },
};

function settled(store: string, seconds: number | undefined): void {
  if (seconds === undefined) {
    throw new Error(`${store} is not healthy after ${SETTLE_MS / 1000} s`);
  }
}
