import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../model/role";
import { podCidr, serviceCidr, subnetCidr } from "../../model/addresses";
import type { Network, NetworkSpec, StackContext } from "../platform";
import { firewalls, networkTag } from "./flows";

/** Names of a cluster's secondary ranges in the API's subnetwork. */
export const POD_RANGE = "pods";
export const SERVICE_RANGE = "services";

/** A VPC with a subnetwork for the data nodes of each zone and one for the API's group: subnetworks are regional on Google Cloud. */
export class GcpNetwork extends pulumi.ComponentResource implements Network {
  static readonly __pulumiType = "ape:platform:Network";
  readonly resource = this;
  /** Zones that hold nodes. */
  readonly zones: readonly string[];
  readonly data: readonly compute.Subnetwork[];
  readonly api: compute.Subnetwork;
  readonly network: compute.Network;
  /** Resources that must exist before a node needs network access. */
  readonly ready: pulumi.Resource[];

  constructor(
    private readonly context: StackContext,
    spec: NetworkSpec,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(GcpNetwork.__pulumiType, "network", { cidr: spec.cidr, zones: spec.zones, nat: spec.nat }, opts);
    this.zones = context.zones.slice(0, spec.zones);
    this.network = new compute.Network(
      "network",
      { autoCreateSubnetworks: false, routingMode: "REGIONAL", description: `Network of ${context.prefix}` },
      { parent: this },
    );
    this.data = this.zones.map((_, zone) => this.subnetwork(`data-${zone + 1}`, subnetCidr(spec.cidr, "data", zone)));
    this.api = this.subnetwork("api", subnetCidr(spec.cidr, "api", 0), spec.cluster ? clusterRanges(spec.cidr) : []);
    this.ready = [...this.nat(spec), ...firewalls(context, this.network, spec, { parent: this })];
    this.registerOutputs({ network: this.network.id });
  }

  /** The network tags of a node that hosts these services. */
  tagsOf(services: readonly Service[]): string[] {
    return services.map((service) => networkTag(this.context, service));
  }

  private subnetwork(
    name: string,
    ipCidrRange: string,
    secondaryIpRanges: readonly { rangeName: string; ipCidrRange: string }[] = [],
  ): compute.Subnetwork {
    return new compute.Subnetwork(
      name,
      {
        network: this.network.id,
        region: this.context.region,
        ipCidrRange,
        ...(secondaryIpRanges.length === 0 ? {} : { secondaryIpRanges: [...secondaryIpRanges] }),
        privateIpGoogleAccess: true,
        logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
      },
      { parent: this },
    );
  }

  /** Cloud NAT is regional: one gateway serves every zone and survives the loss of any, so "one" and "per-zone" are equivalent. */
  private nat(spec: NetworkSpec): pulumi.Resource[] {
    if (spec.nat === "none") {
      return [];
    }
    const router = new compute.Router(
      "nat",
      { network: this.network.id, region: this.context.region },
      { parent: this },
    );
    return [
      new compute.RouterNat(
        "nat",
        {
          router: router.name,
          region: this.context.region,
          natIpAllocateOption: "AUTO_ONLY",
          sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS", // subnetworks added later get no internet access automatically
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

function clusterRanges(cidr: string): { rangeName: string; ipCidrRange: string }[] {
  return [
    { rangeName: POD_RANGE, ipCidrRange: podCidr(cidr) },
    { rangeName: SERVICE_RANGE, ipCidrRange: serviceCidr(cidr) },
  ];
}
