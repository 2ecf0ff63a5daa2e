import prices from "./prices.json";
import type { Cloud } from "./cloud";

/** An instance type in a cloud's catalogue. */
export interface MachineType {
  readonly name: string;
  readonly family: string;
  /** vCPUs that the guest sees. Burstable and shared-core types sustain only a part of them. */
  readonly vcpu: number;
  readonly memGiB: number;
  /** On-demand price per hour, US dollars. Source: prices.json. */
  readonly hourlyUsd: number;
}

/** Requirements of a node. */
export interface MachineNeeds {
  readonly vcpu: number;
  readonly memGiB: number;
  /** Permitted families. */
  readonly families: readonly string[];
}

interface PricedType {
  /** Billed vCPUs; of shared-core types a part of what the guest sees. */
  readonly vcpu: number;
  readonly guestVcpu?: number;
  readonly memGiB: number;
  readonly hourly: number;
  readonly arch?: string;
}

/** What separates the family from the size in an instance type's name. */
const SEPARATOR: Readonly<Record<Cloud, string>> = { aws: ".", gcp: "-" };

/** The architecture of the pinned images, and of every type that a price list gives no other one. */
const ARCHITECTURE = "x86_64";

const CATALOGUE: Readonly<Record<Cloud, readonly MachineType[]>> = {
  aws: load("aws", prices.aws.instances.types),
  gcp: load("gcp", prices.gcp.instances.types),
};

function load(cloud: Cloud, types: Readonly<Record<string, PricedType>>): readonly MachineType[] {
  return Object.freeze(
    Object.entries(types)
      .filter(([, { arch = ARCHITECTURE }]) => arch === ARCHITECTURE)
      .map(([name, type]) =>
        Object.freeze({
          name,
          family: familyOf(cloud, name),
          vcpu: type.guestVcpu ?? type.vcpu,
          memGiB: type.memGiB,
          hourlyUsd: type.hourly,
        }),
      )
      .sort((a, b) => a.hourlyUsd - b.hourlyUsd || b.memGiB - a.memGiB || a.name.localeCompare(b.name, "en")),
  );
}

/** The family of an instance type: "t3a" of "t3a.large", "n2" of "n2-standard-4". */
export function familyOf(cloud: Cloud, name: string): string {
  return name.split(SEPARATOR[cloud])[0]!;
}

/** The x86_64 types of a cloud, cheapest first. */
export function machineTypes(cloud: Cloud): readonly MachineType[] {
  return CATALOGUE[cloud];
}

/** A type by name; undefined if the catalogue has no such type. */
export function machineType(cloud: Cloud, name: string): MachineType | undefined {
  return CATALOGUE[cloud].find((type) => type.name === name);
}

/** The cheapest large enough type of the permitted families; undefined if there is none. */
export function cheapestFit(cloud: Cloud, needs: MachineNeeds): MachineType | undefined {
  return CATALOGUE[cloud].find(
    (type) => needs.families.includes(type.family) && type.vcpu >= needs.vcpu && type.memGiB >= needs.memGiB,
  );
}
