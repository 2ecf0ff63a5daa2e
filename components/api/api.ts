import * as pulumi from "@pulumi/pulumi";
import { Members, type Ground } from "../node/member";
import type { Role } from "../node/role";
import type { Backend, GroupSpec, HealthCheck, Node } from "../platform/platform";
import type { ApiGroup } from "./plan";
import { READINESS, TIMEOUT_SECONDS } from "./plan";

/** How clients reach the API. */
export interface PublicArgs extends Pick<Ground, "platform" | "network" | "authority"> {
  /** Public name; empty: the load balancer's own. */
  readonly domain: string;
  /** Certificate known to the cloud, or MANAGED_CERTIFICATE; empty: one of the stack's own authority. */
  readonly certificate: string;
  /** The cloud's DNS zone that gets the domain's records; empty: they are made elsewhere. */
  readonly dnsZone: string;
  readonly clientCidrs: readonly string[];
}

export interface ApiArgs extends Ground, PublicArgs {
  /** Its own scaling group, or the nodes that it shares with the data services. */
  readonly on:
    | { readonly group: ApiGroup; readonly targetCpuPercent: number; readonly spotPercent: number }
    | { readonly nodes: readonly Node[] };
  /** What its nodes read at boot. */
  readonly after: readonly pulumi.Resource[];
}

/** The API on machines: nodes in all zones behind one load balancer. */
export class Api extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:api:Api";
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ApiArgs, opts: pulumi.ComponentResourceOptions) {
    super(Api.__pulumiType, name, { domain: args.domain, shared: "nodes" in args.on }, opts);
    this.url = publish(name, args, this.backend(args), READINESS, { parent: this });
    this.registerOutputs({ url: this.url });
  }

  private backend(args: ApiArgs): Backend {
    if ("nodes" in args.on) {
      return { nodes: args.on.nodes };
    }
    const { group, targetCpuPercent, spotPercent } = args.on;
    const spec = { ...groupSpec(group.role), ...group, targetCpuPercent, spotPercent };
    return {
      group: new Members({ ...args, spec, role: group.role }, { parent: this, dependsOn: [...args.after] }).group,
    };
  }
}

/** The stack's load balancer in front of what serves; returns the address that clients use. */
export function publish(
  name: string,
  args: PublicArgs,
  backend: Backend,
  readiness: HealthCheck,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<string> {
  const { domain, certificate, dnsZone, clientCidrs } = args;
  const balancer = args.platform.loadBalancer(
    { name, domain, certificate, dnsZone, backend: readiness, timeoutSeconds: TIMEOUT_SECONDS, clientCidrs },
    args.network,
    args.authority.issue({ name: "load-balancer", dnsNames: [domain || "api.ape.internal"], addresses: [] }),
    backend,
    opts,
  );
  return pulumi.interpolate`https://${domain || balancer.host}`;
}

function groupSpec(role: Role): Pick<GroupSpec, "name" | "services" | "health"> {
  return { name: role.name, services: [role.service], health: READINESS };
}
