import { MOTO } from "../build/moto";
import type { LocalStack } from "../stack/local-stack";

/** A part of the cloud, and what replaces it in a rehearsal. */
export interface StandIn {
  readonly what: string;
  readonly by: string;
}

export function standIns(
  { cloud, archives, registry }: Pick<LocalStack, "cloud" | "archives" | "registry">,
  services: readonly string[],
): StandIn[] {
  return [
    ...(services.includes("api")
      ? [
          registry === undefined
            ? { what: "API containers", by: "servers that answer ok, behind the real nginx and HAProxy" }
            : { what: "API image", by: "a reference API from a local registry, run by podman" },
          { what: "load balancer", by: "HAProxy with the planned health checks and timeouts" },
        ]
      : []),
    ...(services.includes("neo4j")
      ? [
          archives.length === 0
            ? { what: "Neo4j Enterprise", by: "listeners on its ports; no database" }
            : { what: "Neo4j package archive", by: "Neo4j Community from Maven Central, packaged locally" },
        ]
      : []),
    ...{
      aws: [
        {
          what: "S3, Secrets Manager",
          by: `${MOTO.split("[")[0]} ${MOTO.split("==")[1]} behind the planned IAM policies`,
        },
        { what: "instance metadata", by: "an emulator" },
      ],
      gcp: [
        {
          what: "metadata, Cloud Storage, Secret Manager",
          by: "emulators that enforce the planned IAM bindings",
        },
      ],
    }[cloud],
    { what: "instances", by: "systemd-nspawn containers with the planned memory limit" },
    { what: "disks", by: "loop devices" },
    { what: "network, firewall", by: "network namespaces and nftables with the planned rules" },
    { what: "Debian archive", by: "the real archive, through a cache" },
  ];
}
