import { SERVICES, type Service } from "../../../components/model/role";
import type { Host, LocalDisk, LocalStack } from "../../stack/local-stack";
import { orderObject, orderOf } from "../orders";

/** What happens to a node's machine. `order`: nothing; the running node applies its order itself. */
export type Touch = "order" | "resize" | "replace" | "create";

/** What an update does to a node. */
export interface NodeChange {
  readonly node: string;
  readonly touch: Touch;
  /** Disks that come from other nodes. */
  readonly moved: readonly { readonly disk: LocalDisk; readonly from: string }[];
}

/** What an update does to the nodes with fixed names, in the order of the program. */
export interface Sequence {
  /** One after the other. */
  readonly changes: readonly NodeChange[];
  /** Nodes that are deleted at the end. */
  readonly removed: readonly string[];
}

/**
 * What an update does to the nodes of a running stack so that it becomes another one. Of nodes that belong together, the
 * highest number comes first.
 * @param from its hosts are the running ones
 */
export function sequenceOf(from: LocalStack, to: LocalStack): Sequence {
  const [before, after] = [from, to].map((stack) => stack.hosts.filter(({ name }) => orderObject(stack, name)));
  return {
    changes: highestFirst(after!).flatMap((host) => changeOf(host, from, to) ?? []),
    removed: highestFirst(before!)
      .map(({ name }) => name)
      .filter((name) => !after!.some((host) => host.name === name)),
  };
}

function changeOf(host: Host, from: LocalStack, to: LocalStack): NodeChange | undefined {
  const { name: node } = host;
  const moved = host.disks.flatMap((disk) => {
    const holder = from.hosts.find(({ disks }) => disks.some(({ name }) => name === disk.name));
    return holder === undefined || holder.name === node ? [] : [{ disk, from: holder.name }];
  });
  const touch = touchOf(node, from, to);
  return touch === undefined && moved.length === 0 ? undefined : { node, touch: touch ?? "order", moved };
}

function touchOf(node: string, from: LocalStack, to: LocalStack): Touch | undefined {
  if (orderObject(from, node) === undefined) {
    return "create";
  }
  const [before, after] = [orderOf(from, node), orderOf(to, node)];
  if (before.instance !== after.instance) {
    return "replace";
  }
  if (from.hosts.find(({ name }) => name === node)!.instanceType !== after.machine) {
    return "resize";
  }
  return before.bootstrap === after.bootstrap ? undefined : "order";
}

/** By service as in reports, then by falling number. */
function highestFirst(hosts: readonly Host[]): Host[] {
  const place = ({ services }: Host): number => Math.min(...services.map((each) => SERVICES.indexOf(each as Service)));
  const number = ({ name }: Host): number => Number(/\d+$/.exec(name)?.[0] ?? 0);
  return [...hosts].sort((a, b) => place(a) - place(b) || number(b) - number(a));
}
