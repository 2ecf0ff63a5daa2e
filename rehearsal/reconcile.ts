import { changeBalancer, drain, undrain } from "./cloud/balancer";
import { reloadStandIns } from "./cloud/owner";
import { changed, removed } from "./cloud/server";
import { destroyDisk, growDisk } from "./machine/disks";
import type { ImageFile } from "./machine/image";
import { Machine } from "./machine/machine";
import { attachHost, changeNetwork, detachHost, hostNamespace, namespaces, setFirewall } from "./network/network";
import type { Host, LocalDisk, LocalStack, Subnet } from "./stack/local-stack";

/** Where a stack runs on this machine. */
export interface Site {
  readonly state: string;
  /** The base root of its machines. */
  readonly base: string;
  /** Files on every machine in addition to the image's. */
  readonly trust: readonly ImageFile[];
  /** Whether a host that starts is booted. */
  readonly boots: (host: Host) => boolean;
  /** Stores the stack where the stand-ins read it. */
  readonly save: (stack: LocalStack) => void;
}

/**
 * Changes what runs from one stack to another, in the order in which clouds allow it: what is only added first, what is
 * removed last. Members of scaling groups that another version replaces stay; see `refresh`.
 */
export async function reconcile(site: Site, from: LocalStack, to: LocalStack): Promise<void> {
  const change = hostChanges(from.hosts.filter(site.boots), to.hosts.filter(site.boots));
  // First what a machine may refuse: nothing has changed then.
  for (const { before, disk } of change.unplugged) {
    await new Machine(site.state, from, before).unplug(disk);
  }
  const both = [...removed(from.subnets, to.subnets, key), ...to.subnets];
  await changeNetwork(from, { ...to, subnets: both });
  site.save(to);
  await reloadStandIns(site.state);
  for (const host of change.removed) {
    await new Machine(site.state, from, host).destroy();
  }
  await changeFirewalls(from, to);
  for (const volume of removed(from.volumes, to.volumes, ({ name }) => name)) {
    await destroyDisk(site.state, volume);
  }
  for (const volume of changed(from.volumes, to.volumes)) {
    await growDisk(site.state, volume);
  }
  for (const host of change.restarted) {
    await restart(new Machine(site.state, to, host));
  }
  for (const { after, disk } of change.plugged) {
    await new Machine(site.state, to, after).plug(disk);
  }
  for (const host of change.added) {
    await launch(site, to, host);
  }
  await changeBalancer(site.state, from, to, to.hosts.filter(site.boots));
  await changeNetwork({ ...to, subnets: both }, to);
}

const key = ({ name, cidr }: Subnet): string => `${name} ${cidr}`;

/** Powers a host on for the first time: a new instance of the image, with its data disks if they exist. */
export async function launch({ state, base, trust }: Site, stack: LocalStack, host: Host): Promise<Machine> {
  const machine = new Machine(state, stack, host);
  if (!(await isAttached(stack, host))) {
    await attachHost(stack, host);
  }
  await machine.create(base, trust);
  await machine.start();
  return machine;
}

/** Replaces the members of scaling groups that have another version, one after another, each drained first. */
export async function refresh(site: Site, from: LocalStack, to: LocalStack): Promise<void> {
  const members = pairs(from.hosts.filter(site.boots), to.hosts.filter(site.boots)).filter(
    ({ before, after }) => after.group !== undefined && before.instance !== after.instance,
  );
  for (const { before, after } of members) {
    const machine = new Machine(site.state, from, before);
    await drain(site.state, before);
    await machine.shutDown();
    await machine.destroy();
    await (await launch(site, to, after)).waitUntilServing();
    await undrain(site.state, after);
  }
}

/** A stop and a start, as after a change of an instance's type. */
async function restart(machine: Machine): Promise<void> {
  await machine.shutDown();
  machine.configure();
  await machine.start();
}

interface HostChanges {
  /** Hosts that no longer exist, including the former machines of replaced ones. */
  readonly removed: readonly Host[];
  readonly added: readonly Host[];
  /** Hosts whose type or user data changed. Their disks are attached by the start. */
  readonly restarted: readonly Host[];
  readonly unplugged: readonly { readonly before: Host; readonly disk: LocalDisk }[];
  readonly plugged: readonly { readonly after: Host; readonly disk: LocalDisk }[];
}

function pairs(from: readonly Host[], to: readonly Host[]): { before: Host; after: Host }[] {
  return to.flatMap((after) => {
    const before = from.find(({ name }) => name === after.name);
    return before === undefined ? [] : [{ before, after }];
  });
}

/** What to do with machines so that other hosts run. Pure. */
export function hostChanges(from: readonly Host[], to: readonly Host[]): HostChanges {
  const single = pairs(from, to).filter(({ after }) => after.group === undefined);
  const replaced = single.filter(({ before, after }) => before.instance !== after.instance);
  const kept = single.filter(({ before, after }) => before.instance === after.instance);
  const restarts = ({ before, after }: (typeof kept)[number]): boolean =>
    before.instanceType !== after.instanceType || before.userData !== after.userData;
  return {
    removed: [...removed(from, to, ({ name }) => name), ...replaced.map(({ before }) => before)],
    added: [...removed(to, from, ({ name }) => name), ...replaced.map(({ after }) => after)],
    restarted: kept.filter(restarts).map(({ after }) => after),
    unplugged: kept.flatMap(({ before, after }) =>
      removed(before.disks, after.disks, ({ path }) => path).map((disk) => ({ before, disk })),
    ),
    plugged: kept
      .filter((pair) => !restarts(pair))
      .flatMap(({ before, after }) =>
        removed(after.disks, before.disks, ({ path }) => path).map((disk) => ({ after, disk })),
      ),
  };
}

/** Applies changed firewall rules to attached hosts, and removes hosts from the network that are gone or have moved. */
async function changeFirewalls(from: LocalStack, to: LocalStack): Promise<void> {
  for (const before of from.hosts) {
    const after = to.hosts.find(({ name }) => name === before.name);
    if (after === undefined || after.address !== before.address || after.subnet !== before.subnet) {
      await detachHost(to, before);
    } else if (rules(before) !== rules(after) && (await isAttached(to, after))) {
      await setFirewall(to, after);
    }
  }
}

function rules({ ingress, egress }: Host): string {
  return JSON.stringify([ingress, egress]);
}

async function isAttached({ stack }: LocalStack, { name }: Host): Promise<boolean> {
  return (await namespaces(stack)).includes(hostNamespace(stack, name));
}
