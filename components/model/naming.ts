import { pinnedImage } from "./images";
import type { Cloud } from "./cloud";

/** The parts of a stack that its names are built from. */
export interface NameParts {
  /** "ape-<stack>": starts every name. */
  readonly prefix: string;
  /** Ends every bucket name: bucket names are globally unique. */
  readonly bucketSuffix: string;
}

/** A bucket's full name, for example "ape-prod-backups-1a2b3c4d". A plain value, so that node files and policies can contain it. */
export function bucketName(context: NameParts, purpose: string): string {
  return `${context.prefix}-${purpose}-${context.bucketSuffix}`;
}

/** Starts every secret's name in the store. */
export function secretPrefix(context: Pick<NameParts, "prefix">): string {
  return `${context.prefix}-`;
}

/** The boot image of every node of the stack. Throws when none is pinned for the region and none is configured. */
export function bootImage(context: { readonly cloud: Cloud; readonly region: string; readonly image: string }): string {
  const image = context.image || pinnedImage(context.cloud, context.region);
  if (image === undefined) {
    throw new Error(`no Debian 13 image is pinned for ${context.region}; run "npm run images" or set image`);
  }
  return image;
}
