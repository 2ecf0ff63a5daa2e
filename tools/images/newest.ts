/** An image as `aws ec2 describe-images` lists it. */
export interface AwsImage {
  readonly ImageId: string;
  readonly Name: string;
  readonly CreationDate: string;
}

/** An image as `gcloud compute images list` lists it. */
export interface GcpImage {
  readonly name: string;
  readonly creationTimestamp: string;
}

/** The newest of Debian's ordinary images, never a daily or backports build. Throws if there is none. */
export function newestAwsImage(images: readonly AwsImage[]): { id: string; name: string } {
  const { ImageId, Name } = newest(
    images.filter((image) => /^debian-13-amd64-\d{8}-\d+$/.test(image.Name)),
    (image) => image.CreationDate,
  );
  return { id: ImageId, name: Name };
}

/** The newest image of Google's Debian 13 family, by its full name. Throws if there is none. */
export function newestGcpImage(images: readonly GcpImage[]): string {
  const { name } = newest(
    images.filter((image) => /^debian-13-trixie-v\d{8}$/.test(image.name)),
    (image) => image.creationTimestamp,
  );
  return `projects/debian-cloud/global/images/${name}`;
}

function newest<T>(images: readonly T[], date: (image: T) => string): T {
  const found = [...images].sort((a, b) => Date.parse(date(b)) - Date.parse(date(a)))[0];
  if (found === undefined) {
    throw new Error("the cloud lists no Debian 13 image for amd64");
  }
  return found;
}
