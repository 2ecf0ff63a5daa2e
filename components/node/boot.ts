import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { bootstrapKey, orderKey } from "../model/bootstrap-keys";
import { bootImage, secretPrefix } from "../model/naming";
import type { Placed } from "../model/role";
import type { GroupSpec } from "../platform/platform";
import { renderBundle } from "./bootstrap/bundle";
import { nodeSecret, userData } from "./bootstrap/userdata";
import type { NodeContext } from "./node-context";
import { renderOrder, type Applied, type NodeOrder } from "./roll/order";

/** Hexadecimal digits of a bootstrap's hash that identify it; fits in a label. */
const HASH_LENGTH = 16;

/** How a machine boots, as part of its specification. */
export type BootSpec = Pick<GroupSpec, "userData" | "secrets" | "grants" | "bootstrap">;

interface Boot {
  readonly spec: BootSpec;
  /** Must exist before the machine starts. */
  readonly ready: pulumi.Resource[];
}

/** What differs between machines that run the same roles. */
interface Identity {
  /** Machine type. */
  readonly machine: string;
  readonly applied: Applied;
  /** Names and addresses of the TLS certificate, besides localhost and 127.0.0.1. */
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  /** Device paths of data disks by role name. */
  readonly disks: Readonly<Record<string, pulumi.Output<string>>>;
  /** Options of the order, which changes before everything else of the machine. */
  readonly guard: (order: NodeOrder) => pulumi.CustomResourceOptions;
}

/**
 * Creates what a machine, or each machine of a group, reads at boot: its secret and its bootstrap.
 * @param name the node's name, or the group's
 */
export function bootable(
  nodeContext: NodeContext,
  name: string,
  roles: readonly Placed[],
  parent: pulumi.Resource,
  { machine, applied, dnsNames, addresses, disks, guard }: Identity,
): Boot {
  const { platform, authority, bootstrap } = nodeContext;
  const { context } = platform;
  const bundle = renderBundle(name, roles, nodeContext.all);
  const { certificate, key, chain } = authority.issue({
    name,
    dnsNames: [...new Set([...dnsNames, "localhost"])],
    addresses: [...addresses, "127.0.0.1"],
  });
  const secret = platform.secret(
    { name: nodeSecret(name), keep: false },
    pulumi.jsonStringify({ ca: chain, certificate, key, disks }),
    { parent },
  );
  const stub = userData({
    cloud: context.cloud,
    region: context.region,
    node: name,
    bootstrapBucket: bootstrap.name,
    secretPrefix: secretPrefix(context),
    packageMirror: context.packageMirror,
  });
  const script = platform.object(bootstrap, bootstrapKey(bundle.sha256), bundle.script, `${name}-bootstrap`, {
    parent,
  });
  const instance = createHash("sha256")
    .update(JSON.stringify([bootImage(context), addresses, stub]))
    .digest("hex")
    .slice(0, HASH_LENGTH);
  const ordered: NodeOrder = { bootstrap: bundle.sha256, machine, instance };
  const order = platform.object(
    bootstrap,
    orderKey(name),
    renderOrder(ordered, applied),
    `${name}-current`,
    pulumi.mergeOptions({ parent, dependsOn: script }, guard(ordered)),
  );
  return {
    spec: {
      bootstrap: bundle.sha256.slice(0, HASH_LENGTH),
      userData: stub,
      secrets: [nodeSecret(name), ...new Set(roles.flatMap(({ role }) => role.secrets))],
      grants: roles.flatMap(({ role }) => role.grants),
    },
    ready: [secret.resource, script, order],
  };
}
