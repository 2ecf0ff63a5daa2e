import * as pulumi from "@pulumi/pulumi";
import { Members, type Ground } from "../node/member";
import type { Role } from "../node/role";
import type { Backend, GroupSpec, Node } from "../platform/platform";
import type { ApiGroup } from "./plan";
import { READINESS, TIMEOUT_SECONDS } from "./plan";

export interface ApiArgs extends Ground {
  /** Its own scaling group, or the nodes that it shares with the data services. */
  readonly on:
    | { readonly group: ApiGroup; readonly targetCpuPercent: number; readonly spotPercent: number }
    | { readonly nodes: readonly Node[] };
  /** What its nodes read at boot. */
  readonly after: readonly pulumi.Resource[];
  /** Public name; empty: the load balancer's own. */
  readonly domain: string;
  /** Certificate known to the cloud; empty: one of the stack's own authority. */
  readonly certificate: string;
  readonly clientCidrs: readonly string[];
}

/** The API on machines: nodes in all zones behind one load balancer. */
export class Api extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:api:Api";
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ApiArgs, opts: pulumi.ComponentResourceOptions) {
    super(Api.__pulumiType, name, { domain: args.domain, shared: "nodes" in args.on }, opts);
    const backend = this.backend(args);
    const balancer = args.platform.loadBalancer(
      {
        name,
        domain: args.domain,
        certificate: args.certificate,
        backend: READINESS,
        timeoutSeconds: TIMEOUT_SECONDS,
        clientCidrs: args.clientCidrs,
      },
      args.network,
      args.authority.issue({ name: "load-balancer", dnsNames: [args.domain || "api.ape.internal"], addresses: [] }),
      backend,
      { parent: this },
    );
    this.url = pulumi.interpolate`https://${args.domain || balancer.host}`;
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

function groupSpec(role: Role): Pick<GroupSpec, "name" | "services" | "health"> {
  return { name: role.name, services: [role.service], health: READINESS };
}
