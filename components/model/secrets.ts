/** A secret as a service plans it: a JSON object in the cloud's secret store, one value a field. */
export interface SecretPlan {
  /** For example "redis-api"; the name in the store derives from it. */
  readonly name: string;
  /** Needed to read what outlives the stack (backups). Default false. */
  readonly keep?: boolean;
  readonly fields: Readonly<Record<string, SecretField>>;
}

/** A known text (a user name), or a random one of letters and digits: it never needs quoting in a file or URL. */
export type SecretField = { readonly text: string } | { readonly randomLength: number };
