import { createHash } from "node:crypto";
import { ASK } from "../../../components/neo4j/console";
import type { Machine } from "../../machine/machine";
import { CannotRehearseError } from "../../system/preflight";
import type { Rehearsal } from "../../rehearsal";
import type { Writer } from "./client";

/** The node of a single Neo4j server. Throws CannotRehearseError unless there is exactly one, with a real Neo4j. */
export function neo4jServer(rehearsal: Rehearsal): Machine {
  const found = rehearsal.machines.filter(({ host }) => host.services.includes("neo4j"));
  if (found.length !== 1 || rehearsal.stack.archives.length === 0) {
    throw new CannotRehearseError(
      "the drill requires a single server of Community Edition (Enterprise Edition is not available locally), for example --set neo4jEdition=community --set overrides.neo4j.members=1",
    );
  }
  return found[0]!;
}

/** Result rows of a query. */
export async function rows(machine: Machine, statement: string): Promise<unknown[][]> {
  const answer = await machine.run([ASK, "query", statement]);
  return (JSON.parse(answer) as { data: { values: unknown[][] } }).data.values;
}

/** Loads `size` queries, facts and episodes, the same every time. */
export async function load(machine: Machine, size: number): Promise<void> {
  await rows(
    machine,
    `UNWIND range(1, ${size}) AS i
     CREATE (q:Query {query_id: 'q' + i})
     CREATE (q)<-[:ANSWERS {rank: i % 7}]-(:Fact {fact_id: 'f' + i, query_id: 'q' + i, status: ['open', 'done'][i % 2]})
     CREATE (q)-[:DURING]->(:Episode {timestamp: i, text: reverse(toString(i * i))})`,
  );
}

/** Number of nodes and relationships of the graph that `load` creates, with a checksum of all properties. */
export async function graph(machine: Machine): Promise<{ nodes: number; relationships: number; checksum: string }> {
  const found = await rows(
    machine,
    `MATCH (f:Fact)-[r:ANSWERS]->(q:Query)-[d:DURING]->(e:Episode)
     RETURN f.fact_id, f.query_id, f.status, r.rank, q.query_id, type(d), e.timestamp, e.text ORDER BY e.timestamp`,
  );
  const [[nodes]] = (await rows(machine, "MATCH (n:Fact|Query|Episode) RETURN count(n)")) as [[number]];
  const [[relationships]] = (await rows(machine, "MATCH ()-[r:ANSWERS|DURING]->() RETURN count(r)")) as [[number]];
  return { nodes, relationships, checksum: createHash("sha256").update(JSON.stringify(found)).digest("hex") };
}

/** Number of a writer's acknowledged nodes that are missing. */
export async function lostWrites(machine: Machine, { acknowledged, args }: Writer): Promise<number> {
  const found = await rows(machine, `MATCH (n:Drill {run: '${args.run}'}) RETURN n.number`);
  const numbers = new Set(found.map(([number]) => number as number));
  return acknowledged.filter(({ number }) => !numbers.has(number)).length;
}
