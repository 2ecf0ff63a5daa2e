import { SERVICES, type Service } from "../../components/model/role";
import { AUTOSCALING } from "../tiers";
import { nearest } from "./nearest";
import {
  between,
  collect,
  integer,
  refuse,
  Refused,
  structured,
  text,
  withContext,
  whole,
  type Accepting,
  type Parser,
} from "./parsers";

/** A size that replaces the tier's for one service. */
export interface Size<T> extends Accepting<T> {
  readonly example: string;
  readonly description: string;
}

/** Largest data disk in GiB: the limit of AWS gp3 volumes (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html). */
const MAX_DISK_GIB = 16384;

const instanceType: Size<string> = {
  allowed: "an x86_64 instance type of the cloud in components/model/prices.json",
  example: "m7i.large",
  description:
    "Instance type of the service's nodes. Omit it to use the cheapest type of the tier's families that fits.",
  parse: text(/^[a-z0-9.-]+$/),
};

/** Sizes that `overrides` may set, by service. */
export const SIZES = {
  api: {
    containers: size(whole(1, AUTOSCALING.maxContainers), "4", "Containers at the load that the tier is sized for."),
    workersPerContainer: size(whole(1, 32), "4", "Worker processes in each container."),
    instanceType,
  },
  timescaledb: {
    memGiB: size(between(0.5, 768), "6", "Memory of PostgreSQL and its page cache in GiB."),
    cpus: size(between(0.5, 192), "4", "CPUs of each data node."),
    diskGiB: disk(10, "200"),
    instanceType,
  },
  neo4j: {
    // Above 31 GiB the JVM cannot use compressed pointers, so a larger heap holds fewer objects.
    heapGiB: size(between(0.5, 31), "6", "Java heap in GiB."),
    pageCacheGiB: size(between(0.25, 768), "8", "Page cache in GiB. Ideally as large as the store."),
    members: size({ allowed: "1 or 3", parse: members }, "3", "Servers: one or a cluster of three."),
    diskGiB: disk(10, "80"),
    instanceType,
  },
  redis: {
    maxMemoryGiB: size(between(0.0625, 512), "2", "Redis' `maxmemory` in GiB. The node has more memory than that."),
    diskGiB: disk(4, "20"),
    instanceType,
  },
} as const satisfies Readonly<Record<Service, Readonly<Record<string, Size<unknown>>>>>;

type SizeOf<S extends Service> = {
  readonly [F in keyof (typeof SIZES)[S]]?: (typeof SIZES)[S][F] extends Size<infer T> ? T : never;
};

/** Sizes that replace the tier's. */
type Overrides = { readonly [S in Service]?: SizeOf<S> };

/** Parses the whole object and reports every fault with its path. */
export const overrides: Parser<Overrides> = (value) => {
  const services = entries(value);
  return Object.fromEntries(collect(services.map(([service, sizes]) => [service, () => serviceSizes(service, sizes)])));
};

function serviceSizes(service: string, sizes: unknown): Record<string, unknown> {
  const table = SIZES[known(service, SERVICES)] as Readonly<Record<string, Size<unknown>>>;
  const given = withContext({ value: sizes, allowed: `an object with ${Object.keys(table).join(", ")}` }, () =>
    entries(sizes),
  );
  return Object.fromEntries(
    collect(given.map(([name, value]) => [name, () => parseSize(table[known(name, Object.keys(table))]!, value)])),
  );
}

function parseSize({ parse, allowed, example }: Size<unknown>, value: unknown): unknown {
  return withContext({ value, allowed, example }, () => parse(value));
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
      reason: `unknown key${guess === undefined ? "" : `; did you mean ${guess}?`}`,
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
      ? "two servers lose their majority when one of them fails, so they are less available than one"
      : "a cluster has one server in each of three zones",
  );
}

function size<T>(accepting: Accepting<T>, example: string, description: string): Size<T> {
  return { ...accepting, example, description };
}

function disk(min: number, example: string): Size<number> {
  return size(
    whole(min, MAX_DISK_GIB),
    example,
    "Size of each data disk in GiB. It can grow but not shrink; at least 10 on gcp.",
  );
}
