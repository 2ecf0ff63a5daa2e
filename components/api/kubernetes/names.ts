/** What the objects of the API are called, and by what they find each other. */

export const NAME = "ape-api";
export const APP = { "app.kubernetes.io/name": NAME };

/** The API's own port, in the clear: within its pod, and for the cluster's controller and scrapers. */
export const HTTP = { name: "http", port: 8000 } as const;

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}
