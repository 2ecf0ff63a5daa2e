import type { TimescaleDbArgs } from "../../../components/timescaledb/args";
import { planTimescaleDb } from "../../../components/timescaledb/plan";
import type { ServerSize } from "../../../components/timescaledb/sizing";
import type { Placed, Provision, Role } from "../../../components/model/role";
import { TIER_NAMES, TIERS, type TierName } from "../../../stacks/tiers";

const DISK_GIB = 100;

export const ARGS: TimescaleDbArgs = {
  cloud: "aws",
  region: "eu-central-1",
  ...TIERS.t3.timescaledb,
  diskGiB: DISK_GIB,
  highlyAvailable: true,
  backup: { bucket: "ape-prod-backups-1a2b3c4d", retentionDays: 30 },
};

/** The server's size in each tier, on a disk of 100 GiB. */
export const SIZES = Object.fromEntries(
  TIER_NAMES.map((tier) => [tier, { ...TIERS[tier].timescaledb, diskGiB: DISK_GIB }]),
) as Record<TierName, ServerSize>;

/** The service's roles on dedicated nodes: 10.60.16.11, .12 and .13. */
export function placed(args: Partial<TimescaleDbArgs> = {}): Placed[] {
  return planTimescaleDb({ ...ARGS, ...args }).map((role, index) => ({
    role,
    node: role.name,
    address: `10.60.16.${11 + index}`,
  }));
}

/** The provision of each role, in order. */
export function provisions(args: Partial<TimescaleDbArgs> = {}): Provision[] {
  const all = placed(args);
  return all.map((self) => self.role.provision(self, all));
}

/** Content of a provision's file; throws if there is no file at this path. */
export function contentOf(provision: Provision, path: string): string {
  const file = provision.files.find((candidate) => candidate.path === path);
  if (file === undefined) {
    throw new Error(`no ${path} among ${provision.files.map((candidate) => candidate.path).join(", ")}`);
  }
  return file.content;
}

export function flows(role: Role): string[] {
  return role.listens.map(({ port, from }) => `${port} from ${from.join(", ")}`);
}
