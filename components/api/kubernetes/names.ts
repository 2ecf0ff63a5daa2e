/** What the objects of the API are called, and by what they find each other. */

export const NAME = "ape-api";
export const APP = { "app.kubernetes.io/name": NAME };

/** The API's own port, in the clear: within its pod, and for the cluster's controller and scrapers. */
export const HTTP = { name: "http", port: 8000 } as const;

export interface Metadata extends Unnamed {
  readonly name: string;
}

/** Of an object whose name Pulumi makes up: another content is another object, which is there before the old one leaves. */
export interface Unnamed {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function unnamed({ namespace, labels }: Metadata): Unnamed {
  return { namespace, labels };
}
