import { SERVICES, type Service } from "../../components/node/role";
import { AUTOSCALING } from "../tiers";
import { nearest } from "./nearest";
import { collect, integer, number, refuse, Refused, structured, text, type Parser } from "./parsers";

/** A size that a stack may set for one of its services, in the place of its tier's. */
export interface Size<T> {
  readonly allowed: string;
  readonly example: string;
  readonly description: string;
  readonly parse: Parser<T>;
}

/** Largest data disk in GiB: what AWS' gp3 volumes are made in (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html). */
const MAX_DISK_GIB = 16384;

const instanceType: Size<string> = {
  allowed: "an x86_64 instance type of the cloud, of components/platform/prices.json",
  example: "m7i.large",
  description: "Instance type of its nodes. Without it: the cheapest of the tier's families that fits.",
  parse: text(/^[a-z0-9.-]+$/),
};

/** What `overrides` may hold, by service. */
export const SIZES = {
  api: {
    containers: whole(1, AUTOSCALING.maxContainers, "4", "Containers at the tier's own load."),
    workersPerContainer: whole(1, 32, "4", "Worker processes in each container."),
    instanceType,
  },
  timescaledb: {
    memGiB: gibibytes(0.5, 768, "6", "Memory of PostgreSQL and its page cache."),
    cpus: { ...range(0.5, 192, "4", "CPUs."), allowed: "a number from 0.5 to 192" },
    diskGiB: disk(10, "200"),
    instanceType,
  },
  neo4j: {
    // Beyond 31 GiB a Java heap loses its compressed pointers and holds less, not more.
    heapGiB: gibibytes(0.5, 31, "6", "Java heap."),
    pageCacheGiB: gibibytes(0.25, 768, "8", "Page cache: best as large as the store."),
    members: {
      allowed: "1 or 3",
      example: "3",
      description: "Servers. Without it: 3 when the stack is highly available, otherwise 1.",
      parse: members,
    } satisfies Size<1 | 3>,
    diskGiB: disk(10, "80"),
    instanceType,
  },
  redis: {
    maxMemoryGiB: gibibytes(0.0625, 512, "2", "Redis' `maxmemory`; its node has a third more and some."),
    diskGiB: disk(4, "20"),
    instanceType,
  },
} as const satisfies Readonly<Record<Service, Readonly<Record<string, Size<unknown>>>>>;

type SizeOf<S extends Service> = {
  readonly [F in keyof (typeof SIZES)[S]]?: (typeof SIZES)[S][F] extends Size<infer T> ? T : never;
};

/** Sizes that differ from the tier's. */
export type Overrides = { readonly [S in Service]?: SizeOf<S> };

/** Parses the whole object and names every fault with its path. */
export const overrides: Parser<Overrides> = (value) => {
  const services = entries(value);
  return Object.fromEntries(collect(services.map(([service, sizes]) => [service, () => serviceSizes(service, sizes)])));
};

function serviceSizes(service: string, sizes: unknown): Record<string, unknown> {
  const table = SIZES[known(service, SERVICES)] as Readonly<Record<string, Size<unknown>>>;
  return Object.fromEntries(
    collect(entries(sizes).map(([name, value]) => [name, () => size(table[known(name, Object.keys(table))]!, value)])),
  );
}

function size({ parse, allowed, example }: Size<unknown>, value: unknown): unknown {
  try {
    return parse(value);
  } catch (error) {
    throw error instanceof Refused
      ? new Refused(error.faults.map((fault) => ({ value, allowed, example, ...fault })))
      : error;
  }
}

function known<T extends string>(name: string, names: readonly T[]): T {
  const found = names.find((each) => each === name);
  if (found !== undefined) {
    return found;
  }
  const guess = nearest(name, names);
  throw new Refused([
    {
      path: "",
      reason: `there is no such key${guess === undefined ? "" : `; did you mean ${guess}?`}`,
      allowed: names.join(", "),
    },
  ]);
}

function entries(value: unknown): [string, unknown][] {
  const given = structured(value);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return refuse("it is not an object");
  }
  return Object.entries(given).filter(([, inner]) => inner !== null);
}

function members(value: unknown): 1 | 3 {
  const given = integer(1, Number.MAX_SAFE_INTEGER)(value);
  if (given === 1 || given === 3) {
    return given;
  }
  return refuse(
    given === 2
      ? "two servers have no majority once one of them fails: they survive less than one does"
      : "a cluster has one server in each of three zones",
  );
}

function gibibytes(min: number, max: number, example: string, description: string): Size<number> {
  return { ...range(min, max, example, description), allowed: `a number from ${min} to ${max}, in GiB` };
}

function range(min: number, max: number, example: string, description: string): Size<number> {
  return { allowed: `a number from ${min} to ${max}`, example, description, parse: number(min, max) };
}

function whole(min: number, max: number, example: string, description: string): Size<number> {
  return { allowed: `a whole number from ${min} to ${max}`, example, description, parse: integer(min, max) };
}

function disk(min: number, example: string): Size<number> {
  return {
    allowed: `a whole number from ${min} to ${MAX_DISK_GIB}, in GiB; at least 10 on gcp`,
    example,
    description: "Size of each data disk. It can grow, never shrink.",
    parse: integer(min, MAX_DISK_GIB),
  };
}
