import * as pulumi from "@pulumi/pulumi";

export interface KubeconfigArgs {
  readonly name: pulumi.Input<string>;
  /** URL of the control plane. */
  readonly server: pulumi.Input<string>;
  /** Certificate authority of the control plane, base64. */
  readonly certificateAuthority: pulumi.Input<string>;
  /** The cloud's credential plugin, which exchanges the caller's cloud credentials for a cluster token. */
  readonly command: string;
  readonly args: readonly pulumi.Input<string>[];
  /** Resolves once the cluster can run pods. */
  readonly ready: pulumi.Input<string>;
}

/** A kubeconfig for a cluster. It contains no credentials: the plugin uses the caller's cloud credentials at each call. */
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
