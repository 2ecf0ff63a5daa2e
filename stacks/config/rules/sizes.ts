import { CLOUDS, type Cloud } from "../../../components/model/cloud";
import { machineType, machineTypes } from "../../../components/model/machine-types";
import { DATA_SERVICES, SERVICES, type Service } from "../../../components/model/role";
import { exampleInstance } from "../../tiers";
import type { Values } from "../keys";
import { nearest } from "../nearest";
import { line } from "../report";
import { isHighlyAvailable } from "../resolve";
import { AVAILABILITY } from "./availability";
import type { Finding, Rule } from "./rule";

/**
 * Smallest disk in GiB. AWS: gp3 (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html). Google Cloud:
 * persistent disks (https://cloud.google.com/compute/docs/disks).
 */
const SMALLEST_DISK_GIB: Readonly<Record<Cloud, number>> = { aws: 1, gcp: 10 };

export const SIZE_RULES: readonly Rule[] = [
  {
    summary: `Data disks on gcp have at least ${SMALLEST_DISK_GIB.gcp} GiB.`,
    needs: ["cloud", "overrides"],
    invalidates: [],
    check: disksOfCloud,
  },
  {
    summary: "An `instanceType` must be a type of `cloud` in the catalogue.",
    needs: ["cloud", "overrides"],
    invalidates: [],
    check: instanceTypes,
  },
  {
    summary: "With `placement: packed`, services that share a node must have the same `instanceType`.",
    needs: ["cloud", "placement", "overrides", ...AVAILABILITY],
    invalidates: [],
    check: sharedInstanceType,
  },
];

function disksOfCloud({ cloud, overrides }: Values): Finding[] {
  const smallest = SMALLEST_DISK_GIB[cloud];
  return DATA_SERVICES.filter((service) => (overrides[service]?.diskGiB ?? smallest) < smallest).map((service) => ({
    key: `overrides.${service}.diskGiB`,
    value: overrides[service]!.diskGiB,
    reason: `the smallest disk on ${cloud} has ${smallest} GiB`,
    allowed: `on ${cloud} at least ${smallest}`,
    example: line(`overrides.${service}.diskGiB`, `${smallest}`),
  }));
}

function requestedTypes({ overrides }: Values): { service: Service; type: string }[] {
  return SERVICES.flatMap((service) => {
    const type = overrides[service]?.instanceType;
    return type === undefined ? [] : [{ service, type }];
  });
}

function instanceTypes(values: Values): Finding[] {
  const { cloud } = values;
  return requestedTypes(values)
    .filter(({ type }) => machineType(cloud, type) === undefined)
    .map(({ service, type }) => {
      const actual = CLOUDS.find((each) => machineType(each, type) !== undefined);
      const guess = nearest(
        type,
        machineTypes(cloud).map(({ name }) => name),
      );
      const hint = guess === undefined ? "" : `; did you mean ${guess}?`;
      return {
        key: `overrides.${service}.instanceType`,
        value: type,
        reason:
          actual === undefined
            ? `${cloud} has no such x86_64 type${hint}`
            : `it is a type of ${actual}, but cloud is ${cloud}`,
        allowed: `an x86_64 instance type of ${cloud} in components/model/prices.json`,
        example: line(`overrides.${service}.instanceType`, `${guess ?? exampleInstance(cloud)}`),
      };
    });
}

/** Services on one node cannot have different types. A highly available API never shares a node. */
function sharedInstanceType(values: Values): Finding[] {
  const shared = requestedTypes(values)
    .filter(({ service }) => service !== "api" || !isHighlyAvailable(values))
    .filter(({ type }) => machineType(values.cloud, type) !== undefined);
  const [first, ...others] = shared;
  const different = others.find(({ type }) => type !== first!.type);
  if (values.placement === "dedicated" || different === undefined) {
    return [];
  }
  return [
    {
      key: `overrides.${different.service}.instanceType`,
      value: different.type,
      reason: `placement is packed: it shares its nodes with ${first!.service}, whose instanceType is ${first!.type}`,
      allowed: "with placement packed the same type for all services that share a node; with dedicated any",
      example: line(`overrides.${different.service}.instanceType`, `${first!.type}`),
    },
  ];
}
