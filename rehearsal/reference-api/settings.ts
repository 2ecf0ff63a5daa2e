/** The environment of a container, parsed (components/api/environment.ts). */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  /** Returned by /version. */
  readonly version: string;
  /** The authority that signs the certificates of the stores: a path. */
  readonly caFile: string;
  /** URLs. node-postgres reads the credentials from PGUSER and PGPASSWORD. */
  readonly database: { readonly writer: string; readonly reader: string };
  readonly neo4j: { readonly uri: string; readonly username: string; readonly password: string };
  readonly redis: {
    readonly username: string;
    readonly password: string;
    readonly url?: string;
    readonly sentinels: readonly Address[];
    readonly masterName?: string;
    readonly cluster: readonly Address[];
  };
  /** A deliberate fault: a release that must be rolled back. */
  readonly fault?: Fault;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const FAULTS = ["never-ready", "crash"] as const;
export type Fault = (typeof FAULTS)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** Parses the environment. Throws an error that lists every missing variable. */
export function settings(environment: Environment): Settings {
  const required = [
    "PORT",
    "DATABASE_URL",
    "DATABASE_READER_URL",
    "PGUSER",
    "PGPASSWORD",
    "NEO4J_URI",
    "NEO4J_USERNAME",
    "NEO4J_PASSWORD",
    "REDIS_USERNAME",
    "REDIS_PASSWORD",
    "CA_FILE",
  ];
  const missing = required.filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Error(`the environment lacks ${missing.join(", ")}`);
  }
  const text = (name: string): string => environment[name]!;
  const { REDIS_URL: url, REDIS_MASTER_NAME: masterName, APE_FAULT: fault } = environment;
  return {
    host: environment.HOST ?? "0.0.0.0",
    port: Number(text("PORT")),
    workers: Number(environment.WEB_CONCURRENCY ?? "1"),
    version: environment.APE_VERSION ?? "unknown",
    caFile: text("CA_FILE"),
    database: { writer: text("DATABASE_URL"), reader: text("DATABASE_READER_URL") },
    neo4j: { uri: text("NEO4J_URI"), username: text("NEO4J_USERNAME"), password: text("NEO4J_PASSWORD") },
    redis: {
      username: text("REDIS_USERNAME"),
      password: text("REDIS_PASSWORD"),
      sentinels: addresses(environment.REDIS_SENTINELS),
      cluster: addresses(environment.REDIS_CLUSTER),
      ...(url === undefined ? {} : { url }),
      ...(masterName === undefined ? {} : { masterName }),
    },
    ...(fault === undefined ? {} : { fault: FAULTS.find((each) => each === fault)! }),
  };
}

function addresses(list = ""): Address[] {
  return list
    .split(",")
    .filter(Boolean)
    .map((each) => {
      const colon = each.lastIndexOf(":");
      return { host: each.slice(0, colon), port: Number(each.slice(colon + 1)) };
    });
}
