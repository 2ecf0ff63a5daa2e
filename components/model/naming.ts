import { pinnedImage } from "./images";
import type { StackContext } from "../platform/platform";

/** A bucket's whole name, for example "ape-prod-backups-1a2b3c4d": plain, so that node files and policies can hold it. */
export function bucketName(context: Pick<StackContext, "prefix" | "bucketSuffix">, purpose: string): string {
  return `${context.prefix}-${purpose}-${context.bucketSuffix}`;
}

/** Begins every secret's name in the store. */
export function secretPrefix(context: Pick<StackContext, "prefix">): string {
  return `${context.prefix}-`;
}

/** The boot image of every node of the stack. */
export function bootImage(context: Pick<StackContext, "cloud" | "region" | "image">): string {
  const image = context.image || pinnedImage(context.cloud, context.region);
  if (image === undefined) {
    throw new Error(`no Debian 13 image is pinned for ${context.region}; run "npm run images" or set image`);
  }
  return image;
}
