import type { SecretPlan } from "../../../components/model/secrets";
import { NEO4J_SECRETS } from "../../../components/neo4j/secrets";
import { REDIS_SECRETS } from "../../../components/redis/secrets";
import { TIMESCALEDB_SECRETS } from "../../../components/timescaledb/secrets";
import type { StackPlan } from "../../../stacks/plan";
import { slotPorts } from "../../../components/api/slots";
import type { Manifest } from "./kubernetes/manifests";

export type Environment = Readonly<Record<string, string>>;

/** The content of a file on a machine of the API. */
export function machineFile({ apiGroup, placed }: StackPlan, path: string): string {
  const role = apiGroup?.role ?? placed.find(({ role: { service } }) => service === "api")!.role;
  return role.provision({ role, node: role.name }, placed).files.find((file) => file.path === path)!.content;
}

/** The variables of the first container on a machine, with secret marks replaced as nodes do. */
export function machineEnvironment(plan: StackPlan): Environment {
  const quadlet = machineFile(plan, "/etc/containers/systemd/ape-api@.container");
  const own = /^Environment=(.*)$/m.exec(quadlet)![1]!;
  const shared = machineFile(plan, "/etc/ape/api.env").replace(/@\{([^/}]+)\/([^}]+)\}/g, secretValue);
  return fromLines([...own.replaceAll("%i", String(slotPorts(0)[0])).split(" "), ...shared.trim().split("\n")]);
}

function secretValue(_mark: string, secret: string, field: string): string {
  const plans: readonly SecretPlan[] = [...TIMESCALEDB_SECRETS, ...NEO4J_SECRETS, ...REDIS_SECRETS];
  const found = plans.find(({ name }) => name === secret)!.fields[field]!;
  return "text" in found ? found.text : "x".repeat(found.randomLength);
}

function fromLines(lines: readonly string[]): Environment {
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const),
  );
}

interface Source extends Manifest {
  readonly data?: Environment;
  readonly stringData?: Environment;
}

interface Container {
  readonly name: string;
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom: Partial<
      Record<"configMapKeyRef" | "secretKeyRef", { readonly name: string; readonly key: string }>
    >;
  }[];
}

/** The variables of the API's container in a pod, read from the objects that it refers to. */
export function podEnvironment(manifests: readonly Manifest[]): Environment {
  const deployment = manifests.find(({ kind }) => kind === "Deployment")!;
  const { template } = deployment.spec as { template: { spec: { containers: readonly Container[] } } };
  const api = template.spec.containers.find(({ name }) => name === "api")!;
  return Object.fromEntries(
    api.env!.map(({ name, valueFrom: { configMapKeyRef, secretKeyRef } }) => {
      const kind = configMapKeyRef === undefined ? "Secret" : "ConfigMap";
      const { name: object, key } = (configMapKeyRef ?? secretKeyRef)!;
      const found = manifests.find((each) => each.kind === kind && each.metadata.name === object) as Source;
      return [name, (found.data ?? found.stringData)![key]!];
    }),
  );
}

/** The ConfigMap's files and variables, which hold no secret. */
export function podSettings(manifests: readonly Manifest[]): Environment {
  return (manifests.find(({ kind, metadata }) => kind === "ConfigMap" && /^api-\w+$/.test(metadata.name)) as Source)
    .data!;
}
