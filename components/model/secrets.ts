/** A secret that a service plans: a JSON object in the cloud's secret store with one value per field. */
export interface SecretPlan {
  /** For example "redis-api"; the name in the store derives from it. */
  readonly name: string;
  /** Whether it is required to read data that outlives the stack (backups). Default false. */
  readonly keep?: boolean;
  readonly fields: Readonly<Record<string, SecretField>>;
}

/** A known text (a user name), or a random one of letters and digits, which needs no quoting in files or URLs. */
export type SecretField = { readonly text: string } | { readonly randomLength: number };
