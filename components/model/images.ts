import pins from "./image-pins.json";
import type { Cloud } from "./cloud";

const AWS_PINS: Readonly<Record<string, { readonly id: string }>> = pins.aws;

/**
 * The Debian 13 image pinned for a region, or undefined where none is. Pinned by id, because a look-up of the latest
 * would replace machines by surprise; `npm run images` refreshes the pins.
 */
export function pinnedImage(cloud: Cloud, region: string): string | undefined {
  return cloud === "gcp" ? pins.gcp.id : AWS_PINS[region]?.id;
}

/** The AWS regions with a pinned image. */
export function pinnedRegions(): string[] {
  return Object.keys(AWS_PINS);
}
