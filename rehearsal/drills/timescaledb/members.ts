import { PATRONI_CONFIG } from "../../../components/timescaledb/patroni";
import { DEFAULT_DATABASE } from "../../../components/timescaledb/args";
import type { Machine } from "../../machine/machine";
import { CannotRehearseError } from "../../system/preflight";
import type { Rehearsal } from "../../rehearsal";
import { CommandError, until } from "../../system/process";

/** TimescaleDB's data nodes, queried locally so that network faults do not affect the queries. */
export class TimescaleDbMembers {
  private constructor(
    /** The data nodes, without the witness. */
    readonly machines: readonly Machine[],
  ) {}

  /** Finds the data nodes: those with Patroni, which the witness lacks. Throws CannotRehearseError unless there are two. */
  static async of(rehearsal: Rehearsal): Promise<TimescaleDbMembers> {
    const found = await Promise.all(
      rehearsal.machines.map(async (machine) => (await machine.attempt(["test", "-e", PATRONI_CONFIG])).code === 0),
    );
    const machines = rehearsal.machines.filter((_, index) => found[index]);
    if (machines.length !== 2) {
      throw new CannotRehearseError(
        "the drill requires two data nodes: highAvailability true, for example --stack prod",
      );
    }
    return new TimescaleDbMembers(machines);
  }

  /** The nodes whose server reports itself writable. */
  async primaries(): Promise<Machine[]> {
    const recovering = await Promise.all(this.machines.map((machine) => query(machine, "SELECT pg_is_in_recovery()")));
    return this.machines.filter((_, index) => recovering[index] === "f");
  }

  /** The node that accepts writes. Throws unless there is exactly one. */
  async primary(): Promise<Machine> {
    const found = await this.primaries();
    if (found.length !== 1) {
      throw new Error(
        found.length === 0
          ? "no data node accepts writes"
          : `split brain: ${found.map(({ host }) => host.name).join(" and ")} both accept writes`,
      );
    }
    return found[0]!;
  }

  /** Seconds until replication is synchronous; undefined after `timeoutMs`. */
  async waitUntilHealthy(timeoutMs: number): Promise<number | undefined> {
    const started = Date.now();
    const whole = await until(async () => (await this.synchronous()) !== undefined, timeoutMs, 500);
    return whole ? (Date.now() - started) / 1000 : undefined;
  }

  private async synchronous(): Promise<Machine | undefined> {
    const primaries = await this.primaries();
    if (primaries.length !== 1) {
      return undefined;
    }
    const states = (await patroni(primaries[0]!)).map(({ Role, State }) => `${Role} ${State}`).sort();
    const whole = states.join() === "Leader running,Sync Standby streaming";
    const replicating = await query(primaries[0]!, "SELECT sync_state FROM pg_stat_replication");
    return whole && replicating === "sync" ? primaries[0] : undefined;
  }
}

interface PatroniMember {
  readonly Member: string;
  readonly Role: string;
  readonly State: string;
}

/** The cluster's members as listed by Patroni on a node; empty if it does not answer. */
async function patroni(machine: Machine): Promise<PatroniMember[]> {
  const { code, stdout } = await machine.attempt(patronictl("list", "--format", "json"), { timeoutMs: 10_000 });
  return code === 0 ? (JSON.parse(stdout) as PatroniMember[]) : [];
}

/** patronictl command line on a node. */
export function patronictl(...command: readonly string[]): string[] {
  return ["patronictl", "-c", PATRONI_CONFIG, ...command];
}

/** Result of a query on a node's server, one value per line; undefined if it fails. */
export async function query(machine: Machine, statement: string, database = "postgres"): Promise<string | undefined> {
  const { code, stdout } = await machine.attempt(psql(statement, database), { timeoutMs: 5000 });
  return code === 0 ? stdout.trim() : undefined;
}

/** Runs a statement on a node's server as superuser. Throws CommandError. */
export async function execute(machine: Machine, statement: string): Promise<string> {
  const command = psql(statement, DEFAULT_DATABASE);
  const result = await machine.attempt(command);
  if (result.code !== 0) {
    throw new CommandError(command, result);
  }
  return result.stdout.trim();
}

function psql(statement: string, database: string): string[] {
  return ["runuser", "-u", "postgres", "--", "psql", "-XAtqd", database, "-v", "ON_ERROR_STOP=1", "-c", statement];
}
