import { persistentDisk } from "./disks";
import { part, type Priced, type Pricer, type Pricing } from "./line";
import { machines } from "./machines";
import { HOURS_PER_MONTH } from "./money";
import { at, numberAt, textAt, type PricedResource } from "./resource";
import { balancedGiB, backupsGiB, kibToGiB, loggedGiB, queriesOf } from "./traffic";

/** Forwarding rules that cost as much together as one. */
const RULES_TOGETHER = 5;
/** Machines up to which Cloud NAT costs by machine. */
const NAT_MACHINES = 32;
const RULE = "gcp:compute/globalForwardingRule:GlobalForwardingRule";

/** What costs money on Google Cloud, by type. */
export const GCP: Readonly<Record<string, Pricer>> = {
  "gcp:compute/instance:Instance": (resource, pricing) => {
    const { inputs } = resource;
    return [
      ...machines(resource, pricing, textAt(inputs, "machineType"), 1),
      ...persistentDisk(resource, pricing, {
        what: "boot disk",
        type: textAt(inputs, "bootDisk.initializeParams.type", "pd-standard"),
        sizeGiB: numberAt(inputs, "bootDisk.initializeParams.size") ?? 0,
        count: 1,
      }),
    ];
  },
  "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager": (resource, pricing) => {
    const template = companion(resource, pricing, "gcp:compute/instanceTemplate:InstanceTemplate", (manager) =>
      at((manager.versions as readonly Readonly<Record<string, unknown>>[] | undefined)?.[0] ?? {}, "instanceTemplate"),
    );
    const scaler = pricing.resources.find(
      ({ type, name, inputs }) =>
        type === "gcp:compute/regionAutoscaler:RegionAutoscaler" &&
        (inputs.target === resource.id || name === resource.name),
    );
    if (template === undefined) {
      return [{ resource: resource.name, type: resource.type, reason: "its template is not among the resources" }];
    }
    const count =
      numberAt(scaler?.inputs ?? {}, "autoscalingPolicy.minReplicas") ?? numberAt(resource.inputs, "targetSize") ?? 0;
    const [disk] = (template.inputs.disks ?? []) as Readonly<Record<string, unknown>>[];
    // The template says whose machines they are.
    const named = { ...resource, inputs: { ...resource.inputs, labels: template.inputs.labels } };
    return [
      ...machines(named, pricing, textAt(template.inputs, "machineType"), count),
      ...persistentDisk(named, pricing, {
        what: "boot disk",
        type: textAt(disk ?? {}, "diskType", "pd-standard"),
        sizeGiB: numberAt(disk ?? {}, "diskSizeGb") ?? 0,
        count,
      }),
    ];
  },
  "gcp:compute/disk:Disk": (resource, pricing) =>
    persistentDisk(resource, pricing, {
      what: "data disk",
      type: textAt(resource.inputs, "type", "pd-standard"),
      sizeGiB: numberAt(resource.inputs, "size") ?? 0,
      count: 1,
    }),
  "gcp:compute/routerNat:RouterNat": (resource, pricing) => {
    const kind = "network";
    return [
      ...(pricing.machines > NAT_MACHINES
        ? part(resource, pricing, {
            ...{ kind, what: "NAT gateway", quantity: HOURS_PER_MONTH, unit: "h" },
            price: "cloudNat.gatewayHourlyOver32Vms",
          })
        : part(resource, pricing, {
            ...{ kind, what: "NAT by machine", quantity: pricing.machines * HOURS_PER_MONTH, unit: "h" },
            price: "cloudNat.vmHourlyUpTo32Vms",
          })),
      ...part(resource, pricing, {
        ...{ kind, what: "NAT's address", quantity: HOURS_PER_MONTH, unit: "h" },
        price: "ip.staticInUseVmHourly",
      }),
      ...part(resource, pricing, {
        ...{ kind, what: "through NAT", quantity: pricing.usage.fetchedGiB * pricing.machines, unit: "GiB" },
        price: "cloudNat.perGbProcessed",
      }),
    ];
  },
  [RULE]: (resource, pricing) => {
    const rules = pricing.resources
      .filter(({ type }) => type === RULE)
      .map(({ name }) => name)
      .sort();
    const place = rules.indexOf(resource.name);
    const kind = "balancing";
    if (place > 0 && place < RULES_TOGETHER) {
      return [];
    }
    return [
      ...part(resource, pricing, {
        ...{
          kind,
          what: place === 0 ? "up to five forwarding rules" : "forwarding rule",
          quantity: HOURS_PER_MONTH,
          unit: "h",
        },
        price:
          place === 0 ? "loadBalancer.firstFiveForwardingRulesHourly" : "loadBalancer.additionalForwardingRuleHourly",
      }),
      ...(place === 0
        ? part(resource, pricing, {
            ...{ kind, what: "through the balancer", quantity: balancedGiB(pricing.usage), unit: "GiB" },
            price: "loadBalancer.ingressPerGb",
          })
        : []),
    ];
  },
  "gcp:storage/bucket:Bucket": (resource, pricing) => bucket(resource, pricing),
  "gcp:secretmanager/secretVersion:SecretVersion": (resource, pricing) =>
    part(resource, pricing, {
      ...{ kind: "secrets", what: "version of a secret", quantity: 1, unit: "version" },
      price: "secretManager.versionMonth",
    }),
  "gcp:kms/cryptoKey:CryptoKey": (resource, pricing) =>
    part(resource, pricing, {
      ...{ kind: "secrets", what: "version of a key", quantity: 1, unit: "version" },
      price: "kms.keyVersionMonth",
    }),
  "gcp:compute/network:Network": (resource, pricing) =>
    part(resource, pricing, {
      ...{ kind: "logs", what: "flow logs taken in", quantity: loggedGiB(pricing.usage), unit: "GiB" },
      price: "logging.ingestGb",
    }),
};

/** What Google asks nothing for: rights, rules, settings of something else, and addresses that a forwarding rule uses. */
export const GCP_FREE: readonly RegExp[] = [
  /^gcp:(serviceaccount|billing)\//,
  /^gcp:storage\/(bucketIAMMember|bucketObject):/,
  /^gcp:secretmanager\/(secret|secretIamMember):/,
  /^gcp:kms\/(keyRing|cryptoKeyIAM)/,
  /^gcp:compute\/(firewall|subnetwork|router|uRLMap|healthCheck|targetHttps?Proxy|sSLPolicy|sSLCertificate|managedSslCertificate|regionAutoscaler|instanceTemplate|globalAddress|backendService|instanceGroup|networkEndpointGroup|networkEndpoint|route):/,
];

function bucket(resource: PricedResource, pricing: Pricing): Priced[] {
  const { usage } = pricing;
  switch (resource.name) {
    case "backups":
      return part(resource, pricing, {
        ...{ kind: "backups", what: "stored", quantity: backupsGiB(usage), unit: "GiB" },
        price: "gcs.standardGbMonth",
      });
    case "logs":
      return part(resource, pricing, {
        ...{ kind: "logs", what: "stored", quantity: kibToGiB(queriesOf(usage) * usage.loggedKiB), unit: "GiB" },
        price: "gcs.standardGbMonth",
      });
    default:
      return [];
  }
}

/** In a plan the reference isn't known yet; both then have one name. */
function companion(
  { name, inputs }: PricedResource,
  { resources }: Pricing,
  wanted: string,
  reference: (inputs: Readonly<Record<string, unknown>>) => unknown,
): PricedResource | undefined {
  const all = resources.filter(({ type }) => type === wanted);
  return all.find(({ id }) => id !== "" && id === reference(inputs)) ?? all.find((each) => each.name === name);
}
