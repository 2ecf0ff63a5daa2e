import type * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../components/model/cloud";
import type { TierName } from "./tiers";

/** Rises when a field changes its meaning or goes away; a new field doesn't raise it. */
export const CONTRACT_VERSION = 1;

/** What a stack promises to others. References to secrets, never their values. */
export interface StackOutputs {
  readonly contractVersion: number;
  readonly cloud: Cloud;
  readonly region: string;
  readonly tier: TierName;
  /** The API, "https://...". */
  readonly apiUrl: string;
  /** Certificate of the stack's authority, PEM: clients of the API (without a certificate of its own) and of the stores trust it. */
  readonly caCertificate: string;
  readonly timescaledb: {
    /** libpq URI that always leads to the primary. User and password: `secrets.timescaledb`. */
    readonly writer: string;
    /** libpq URI that prefers a replica. */
    readonly reader: string;
    /** The same of each shard, in order: docs/timescaledb.md says which one has a symbol. One when they are not spread. */
    readonly shards: readonly { readonly writer: string; readonly reader: string }[];
  };
  readonly neo4j: {
    /** Driver URI; routed where there is a cluster. User and password: `secrets.neo4j`. */
    readonly uri: string;
    /** "address:port" of each server: a driver's resolver tries them when the first is down. */
    readonly members: readonly string[];
    /** What a driver must be told beyond that. */
    readonly driver: {
      /**
       * Seconds for which a driver's managed transactions are tried again. A cluster elects another leader within some 30,
       * which is also where most drivers give up by default. Their pauses double: to be back at once, a client that can
       * wait no longer tries again itself, at a steady pace.
       */
      readonly maxTransactionRetrySeconds: number;
    };
  };
  readonly redis: {
    /** "address:port" of each Sentinel; empty without. */
    readonly sentinels: readonly string[];
    /** What Sentinel calls the master; empty without Sentinels. */
    readonly masterName: string;
    /** "rediss://address:port" when Redis is single; empty otherwise. */
    readonly url: string;
    /** "address:port" of each member of a Redis Cluster; empty when it is none. */
    readonly cluster: readonly string[];
  };
  /** ARN (AWS) or resource name (GCP) of each secret in the stack's secret store: JSON with `username` and `password`. */
  readonly secrets: { readonly timescaledb: string; readonly neo4j: string; readonly redis: string };
  readonly buckets: { readonly backups: string };
}

/** The outputs as a program builds them: each field may still be on its way. */
export type PendingOutputs = { readonly [Key in keyof StackOutputs]: pulumi.Input<Pending<StackOutputs[Key]>> };
type Pending<T> = T extends readonly unknown[] | string | number
  ? T
  : { readonly [Key in keyof T]: pulumi.Input<T[Key]> };

/** Another stack's outputs could not be used. */
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
 * Reads the outputs of an APE stack, typed:
 *
 *     const ape = await readOutputs(new pulumi.StackReference("acme/ape-deploy/prod"));
 *     ape.timescaledb.writer
 *
 * Throws ContractError when the stack speaks another contract version or lacks a field.
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
      `the stack's contractVersion is ${String(outputs.contractVersion)}; this reader knows ${CONTRACT_VERSION}. Is it an ape-deploy stack, and has it been deployed?`,
    );
  }
  const missing = entries.filter(([, value]) => value === undefined).map(([name]) => name);
  if (missing.length > 0) {
    throw new ContractError(`the stack lacks the outputs ${missing.join(", ")}`);
  }
  return outputs;
}
