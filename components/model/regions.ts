import { CLOUDS, type Cloud } from "./cloud";

/**
 * Three zones of each region, by their letters. Sources: the clouds' lists of regions and zones
 * (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html,
 * https://cloud.google.com/compute/docs/regions-zones). Left out: regions with fewer than three zones for new accounts
 * (us-west-1) and opt-in regions of AWS. The order is part of each stack's layout: a disk can't change its zone.
 */
const LETTERS: Readonly<Record<Cloud, Readonly<Record<string, string>>>> = {
  aws: {
    "us-east-1": "abc",
    "us-east-2": "abc",
    "us-west-2": "abc",
    "ca-central-1": "abd",
    "sa-east-1": "abc",
    "eu-central-1": "abc",
    "eu-north-1": "abc",
    "eu-west-1": "abc",
    "eu-west-2": "abc",
    "eu-west-3": "abc",
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abc",
    "ap-northeast-3": "abc",
    "ap-south-1": "abc",
    "ap-southeast-1": "abc",
    "ap-southeast-2": "abc",
  },
  gcp: {
    "us-central1": "abc",
    "us-east1": "bcd",
    "us-east4": "abc",
    "us-west1": "abc",
    "us-west2": "abc",
    "us-west4": "abc",
    "northamerica-northeast1": "abc",
    "southamerica-east1": "abc",
    "europe-central2": "abc",
    "europe-north1": "abc",
    "europe-west1": "bcd",
    "europe-west2": "abc",
    "europe-west3": "abc",
    "europe-west4": "abc",
    "europe-west6": "abc",
    "asia-east1": "abc",
    "asia-northeast1": "abc",
    "asia-south1": "abc",
    "asia-southeast1": "abc",
    "australia-southeast1": "abc",
  },
};

/** Separator between a region's name and the zone's letter. */
const SEPARATOR: Readonly<Record<Cloud, string>> = { aws: "", gcp: "-" };

/** Default region of each cloud: the one whose prices the catalogue has. */
export const DEFAULT_REGION: Readonly<Record<Cloud, string>> = { aws: "us-east-1", gcp: "us-central1" };

/** The supported regions of a cloud. */
export function regions(cloud: Cloud): string[] {
  return Object.keys(LETTERS[cloud]);
}

/** The cloud of a region; undefined if the region is not supported. */
export function cloudOf(region: string): Cloud | undefined {
  return CLOUDS.find((cloud) => Object.hasOwn(LETTERS[cloud], region));
}

/** Names of a region's three zones, for example us-east1-b, us-east1-c, us-east1-d. Throws RangeError if the cloud has no such region. */
export function regionZones(cloud: Cloud, region: string): readonly string[] {
  const letters = LETTERS[cloud][region];
  if (letters === undefined) {
    throw new RangeError(`${cloud} has no region ${region}`);
  }
  return [...letters].map((letter) => `${region}${SEPARATOR[cloud]}${letter}`);
}
