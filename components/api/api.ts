import * as pulumi from "@pulumi/pulumi";
import type { NodeContext } from "../node/node-context";
import { ServiceGroup } from "../node/service-group";
import type { Role } from "../model/role";
import type { Backend, Group, GroupSpec, HealthCheck, Node } from "../platform/platform";
import type { ApiGroup } from "./plan";
import { READINESS } from "./plan";
import { REQUEST_TIMEOUT_SECONDS } from "./timeout";

/** How clients reach the API. */
export interface PublicArgs {
  /** Public name. Empty means the load balancer's own name. */
  readonly domain: string;
  /** Certificate known to the cloud, or MANAGED_CERTIFICATE. Empty means a certificate of the stack's authority. */
  readonly certificate: string;
  /** The cloud's DNS zone in which the domain's records are created. Empty means that they are managed elsewhere. */
  readonly dnsZone: string;
  readonly clientCidrs: readonly string[];
}

export interface ApiArgs extends NodeContext, PublicArgs {
  /** What serves: a scaling group, nodes shared with the data services, or the nodes of a cluster and the port that leads to pods. */
  readonly on:
    | {
        readonly group: ApiGroup;
        readonly targetCpuPercent: number;
        readonly spotPercent: number;
        /** As planned before the group is created or its members are replaced. */
        readonly after: readonly pulumi.Resource[];
      }
    | { readonly nodes: readonly Node[] }
    | { readonly cluster: Group; readonly port: number };
  /** Created before clients are sent here: what nodes read at boot, or the pods. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * The API behind the stack's load balancer. The load balancer and its address stay when the API moves to another kind of
 * backend; requests go there once it exists.
 */
export class Api extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:api:Api";
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ApiArgs, opts: pulumi.ComponentResourceOptions) {
    super(Api.__pulumiType, name, { domain: args.domain, shared: "nodes" in args.on }, opts);
    const { domain, certificate, dnsZone, clientCidrs, on } = args;
    const readiness: HealthCheck = "cluster" in on ? { ...READINESS, port: on.port } : READINESS;
    const balancer = args.platform.loadBalancer(
      { name, domain, certificate, dnsZone, backend: readiness, timeoutSeconds: REQUEST_TIMEOUT_SECONDS, clientCidrs },
      args.network,
      args.authority.issue({ name: "load-balancer", dnsNames: [domain || "api.ape.internal"], addresses: [] }),
      this.backend(args),
      { parent: this, dependsOn: [...args.after] },
    );
    this.url = pulumi.interpolate`https://${domain || balancer.host}`;
    this.registerOutputs({ url: this.url });
  }

  private backend(args: ApiArgs): Backend {
    if ("nodes" in args.on) {
      return { nodes: args.on.nodes };
    }
    if ("cluster" in args.on) {
      return { group: args.on.cluster };
    }
    const { group, targetCpuPercent, spotPercent, after } = args.on;
    const spec = { ...groupSpec(group.role), ...group, targetCpuPercent, spotPercent };
    const dependsOn = [...args.after, ...after];
    return { group: new ServiceGroup({ ...args, spec, role: group.role }, { parent: this, dependsOn }).group };
  }
}

function groupSpec(role: Role): Pick<GroupSpec, "name" | "services" | "health"> {
  return { name: role.name, services: [role.service], health: READINESS };
}
