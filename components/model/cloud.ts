export const CLOUDS = ["aws", "gcp"] as const;
/** A cloud that a stack can be deployed to. Differences between clouds are a `Record<Cloud, ...>`: a third cloud fails to compile until it has an entry. */
export type Cloud = (typeof CLOUDS)[number];
