import { MOTO } from "../build/moto";
import type { LocalStack } from "../stack/local-stack";

/** What is not the real thing in a rehearsal, and what takes its place. */
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
            : { what: "API's image", by: "a reference API in a registry here, run by the real podman" },
          { what: "load balancer", by: "HAProxy with the planned health checks and time-outs" },
        ]
      : []),
    ...(services.includes("neo4j")
      ? [
          archives.length === 0
            ? { what: "Neo4j Enterprise", by: "listeners on its ports, no database" }
            : { what: "Neo4j's package archive", by: "its Community server as Maven Central has it, packed here" },
        ]
      : []),
    ...{
      aws: [
        {
          what: "S3, Secrets Manager",
          by: `${MOTO.split("[")[0]} ${MOTO.split("==")[1]}, behind the planned policies`,
        },
        { what: "instance metadata", by: "a service of the rehearsal" },
      ],
      gcp: [
        {
          what: "metadata, Cloud Storage, Secret Manager",
          by: "services of the rehearsal, behind the planned bindings",
        },
      ],
    }[cloud],
    { what: "instances", by: "systemd-nspawn containers, held to their memory" },
    { what: "disks", by: "loop devices" },
    { what: "network, firewall", by: "network namespaces, nftables with the planned rules" },
    { what: "Debian's archive", by: "the archive itself, through a cache" },
  ];
}
