import * as pulumi from "@pulumi/pulumi";

export interface KubeconfigArgs {
  readonly name: pulumi.Input<string>;
  /** URL of the control plane. */
  readonly server: pulumi.Input<string>;
  /** Its certificate authority, base64. */
  readonly certificateAuthority: pulumi.Input<string>;
  /** The cloud's own program, which turns the caller's credentials into the cluster's. */
  readonly command: string;
  readonly args: readonly pulumi.Input<string>[];
  /** Known once the cluster can run something. */
  readonly ready: pulumi.Input<string>;
}

/** How to reach a cluster. It holds no credentials: those are the caller's own for the cloud, asked for at each call. */
export function kubeconfig({
  name,
  server,
  certificateAuthority,
  command,
  args,
  ready,
}: KubeconfigArgs): pulumi.Output<string> {
  const config = pulumi.jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": certificateAuthority } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command,
            args,
            interactiveMode: "Never",
            provideClusterInfo: true,
          },
        },
      },
    ],
  });
  return pulumi.secret(pulumi.all([config, ready]).apply(([text]) => text));
}
