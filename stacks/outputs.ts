import type * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../components/model/cloud";
import type { TierName } from "./tiers";

/**
 * Version of the contract. It rises when a field changes its meaning or is removed. A new field does not raise it: older
 * readers ignore the field, and newer readers refuse a stack without it until that stack has been updated.
 */
export const CONTRACT_VERSION = 1;

/** What other stacks and programs can rely on. Holds references to secrets, never their values. */
export interface StackOutputs {
  readonly contractVersion: number;
  readonly cloud: Cloud;
  readonly region: string;
  readonly tier: TierName;
  /** URL of the API, "https://...". */
  readonly apiUrl: string;
  /** Certificate of the stack's CA, PEM. Clients of the stores must trust it; clients of the API when apiCertificate is not set. */
  readonly caCertificate: string;
  readonly timescaledb: {
    /** libpq URI of the primary. User and password: `secrets.timescaledb`. */
    readonly writer: string;
    /** libpq URI that prefers a replica. */
    readonly reader: string;
    /** Writer and reader of each shard, in order; a single one without sharding. docs/timescaledb.md maps symbols to shards. */
    readonly shards: readonly { readonly writer: string; readonly reader: string }[];
  };
  readonly neo4j: {
    /** Driver URI, with routing for a cluster. User and password: `secrets.neo4j`. */
    readonly uri: string;
    /** "address:port" of each server, for a driver's resolver to try when the first is down. */
    readonly members: readonly string[];
    /** Settings that a driver needs. */
    readonly driver: {
      /**
       * Seconds for which a driver retries managed transactions. A cluster elects a new leader within about 30 s, which is also
       * when most drivers give up by default. Drivers back off exponentially: clients that must recover faster should retry
       * themselves at a constant interval.
       */
      readonly maxTransactionRetrySeconds: number;
    };
  };
  readonly redis: {
    /** "address:port" of each Sentinel. Empty without Sentinels. */
    readonly sentinels: readonly string[];
    /** Name of the master in Sentinel. Empty without Sentinels. */
    readonly masterName: string;
    /** "rediss://address:port" of a single server. Empty otherwise. */
    readonly url: string;
    /** "address:port" of each member of a Redis Cluster. Empty otherwise. */
    readonly cluster: readonly string[];
  };
  /** ARN (AWS) or resource name (GCP) of each secret: JSON with `username` and `password`. */
  readonly secrets: { readonly timescaledb: string; readonly neo4j: string; readonly redis: string };
  readonly buckets: { readonly backups: string };
}

/** The outputs as a program builds them: each field may still be an output. */
export type PendingOutputs = { readonly [Key in keyof StackOutputs]: pulumi.Input<Pending<StackOutputs[Key]>> };
type Pending<T> = T extends readonly unknown[] | string | number
  ? T
  : { readonly [Key in keyof T]: pulumi.Input<T[Key]> };

/** Another stack's outputs cannot be used. */
export class ContractError extends Error {}

/** The part of a StackReference that the reader needs. */
export interface OutputSource {
  readonly name: pulumi.Input<string>;
  getOutputDetails(name: string): Promise<{ value?: unknown; secretValue?: unknown }>;
}

const FIELDS: Readonly<Record<keyof StackOutputs, true>> = {
  contractVersion: true,
  cloud: true,
  region: true,
  tier: true,
  apiUrl: true,
  caCertificate: true,
  timescaledb: true,
  neo4j: true,
  redis: true,
  secrets: true,
  buckets: true,
};

/**
 * Reads the typed outputs of an APE stack:
 *
 *     const ape = await readOutputs(new pulumi.StackReference("acme/ape-deploy/prod"));
 *     ape.timescaledb.writer
 *
 * Throws ContractError when the stack has another contract version or lacks a field.
 */
export async function readOutputs(stack: OutputSource): Promise<StackOutputs> {
  const names = Object.keys(FIELDS) as (keyof StackOutputs)[];
  const entries = await Promise.all(
    names.map(async (name) => {
      const { value, secretValue } = await stack.getOutputDetails(name);
      return [name, value ?? secretValue] as const;
    }),
  );
  const outputs = Object.fromEntries(entries) as unknown as StackOutputs;
  if (outputs.contractVersion !== CONTRACT_VERSION) {
    throw new ContractError(
      `the stack's contractVersion is ${String(outputs.contractVersion)}; this reader supports ${CONTRACT_VERSION}. Check that it is an ape-deploy stack and has been deployed.`,
    );
  }
  const missing = entries.filter(([, value]) => value === undefined).map(([name]) => name);
  if (missing.length > 0) {
    throw new ContractError(
      `the stack lacks the outputs ${missing.join(", ")}: it was deployed by an older release; update it`,
    );
  }
  return outputs;
}
