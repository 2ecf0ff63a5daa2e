import type { ContainerResources } from "../args";

/** Formats resources as Kubernetes quantities: whole MiB and millicores. */
export function quantities({ memGiB, cpus }: ContainerResources): Record<string, string> {
  return {
    memory: Number.isInteger(memGiB) ? `${memGiB}Gi` : `${Math.round(memGiB * 1024)}Mi`,
    cpu: `${Math.round(cpus * 1000)}m`,
  };
}
