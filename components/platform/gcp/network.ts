import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../node/role";
import { subnetCidr } from "../addresses";
import type { Network, NetworkSpec, StackContext } from "../platform";
import { firewalls, networkTag } from "./flows";

/** A VPC with a subnetwork for each zone's data nodes and one for the API's group: subnetworks are regional here. */
export class GcpNetwork extends pulumi.ComponentResource implements Network {
  static readonly __pulumiType = "ape:platform:Network";
  readonly resource = this;
  /** Zones that hold nodes. */
  readonly zones: readonly string[];
  readonly data: readonly compute.Subnetwork[];
  readonly api: compute.Subnetwork;
  /** Wait for these before something needs a way in or out. */
  readonly ready: pulumi.Resource[];

  constructor(
    private readonly context: StackContext,
    spec: NetworkSpec,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(GcpNetwork.__pulumiType, "network", { cidr: spec.cidr, zones: spec.zones, nat: spec.nat }, opts);
    this.zones = context.zones.slice(0, spec.zones);
    const network = new compute.Network(
      "network",
      { autoCreateSubnetworks: false, routingMode: "REGIONAL", description: `Network of ${context.prefix}` },
      { parent: this },
    );
    this.data = this.zones.map((_, zone) =>
      this.subnetwork(network, `data-${zone + 1}`, subnetCidr(spec.cidr, "data", zone)),
    );
    this.api = this.subnetwork(network, "api", subnetCidr(spec.cidr, "api", 0));
    this.ready = [...this.nat(network, spec), ...firewalls(context, network, spec, { parent: this })];
    this.registerOutputs({ network: network.id });
  }

  /** The network tags of a node that hosts these services. */
  tagsOf(services: readonly Service[]): string[] {
    return services.map((service) => networkTag(this.context, service));
  }

  private subnetwork(network: compute.Network, name: string, ipCidrRange: string): compute.Subnetwork {
    return new compute.Subnetwork(
      name,
      {
        network: network.id,
        region: this.context.region,
        ipCidrRange,
        privateIpGoogleAccess: true,
        logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
      },
      { parent: this },
    );
  }

  /** Cloud NAT is regional: one serves every zone and outlives the loss of any, so "one" and "per-zone" are the same here. */
  private nat(network: compute.Network, spec: NetworkSpec): pulumi.Resource[] {
    if (spec.nat === "none") {
      return [];
    }
    const router = new compute.Router("nat", { network: network.id, region: this.context.region }, { parent: this });
    return [
      new compute.RouterNat(
        "nat",
        {
          router: router.name,
          region: this.context.region,
          natIpAllocateOption: "AUTO_ONLY",
          sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS", // a subnetwork that someone adds gets no way out by itself
          subnetworks: [...this.data, this.api].map(({ id }) => ({
            name: id,
            sourceIpRangesToNats: ["ALL_IP_RANGES"],
          })),
          logConfig: { enable: true, filter: "ERRORS_ONLY" },
        },
        { parent: this },
      ),
    ];
  }
}
