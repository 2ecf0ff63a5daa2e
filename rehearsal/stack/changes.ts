import type { Host, LocalStack, StoredObject } from "./local-stack";

/** A stack with one host changed or added. */
export function withHost(stack: LocalStack, host: Host): LocalStack {
  const others = stack.hosts.filter(({ name }) => name !== host.name);
  return { ...stack, hosts: [...others, host], volumes: grown(stack, host) };
}

/** The stack's volumes with those of a host. */
function grown({ volumes }: LocalStack, { disks }: Host): LocalStack["volumes"] {
  const own = disks.map(({ name, sizeGiB }) => ({ name, sizeGiB }));
  return [...volumes.filter(({ name }) => !own.some((disk) => disk.name === name)), ...own];
}

/** A stack without a host. Its volumes stay. */
export function withoutHost(stack: LocalStack, name: string): LocalStack {
  return { ...stack, hosts: stack.hosts.filter((host) => host.name !== name) };
}

/** A stack with one object changed or added. */
export function withObject(stack: LocalStack, object: StoredObject): LocalStack {
  const others = stack.objects.filter(({ bucket, key }) => bucket !== object.bucket || key !== object.key);
  return { ...stack, objects: [...others, object] };
}
