/** Names, labels and ports of the API's objects. */

export const NAME = "ape-api";
export const APP = { "app.kubernetes.io/name": NAME };

/** The API's port, without TLS: for nginx in the same pod, the Ingress controller and Prometheus. */
export const HTTP = { name: "http", port: 8000 } as const;

export interface Metadata extends Unnamed {
  readonly name: string;
}

/** Metadata of an object whose name Pulumi generates: changed content creates a new object before the old one is deleted. */
export interface Unnamed {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function unnamed({ namespace, labels }: Metadata): Unnamed {
  return { namespace, labels };
}
