import pins from "./image-pins.json";
import type { Cloud } from "./cloud";

const AWS_PINS: Readonly<Record<string, { readonly id: string }>> = pins.aws;

/** AWS has an image id for each region; an image on Google Cloud is global. */
const PINNED: Readonly<Record<Cloud, (region: string) => string | undefined>> = {
  aws: (region) => AWS_PINS[region]?.id,
  gcp: () => pins.gcp.id,
};

/**
 * The Debian 13 image pinned for a region; undefined when none is. Pinned by id, because looking up the latest image would
 * replace machines unexpectedly. `npm run images` refreshes the pins.
 */
export function pinnedImage(cloud: Cloud, region: string): string | undefined {
  return PINNED[cloud](region);
}

/** The image of a container that the stack runs itself, with tag and digest: "docker.io/library/haproxy:3.2@sha256:...". */
export function containerImage(name: keyof typeof pins.containers): string {
  return pins.containers[name].image;
}
