export const CLOUDS = ["aws", "gcp"] as const;
/** A cloud that a stack can be deployed to. What differs between clouds is a `Record<Cloud, ...>`: a third one fails to compile until it has its entry. */
export type Cloud = (typeof CLOUDS)[number];
