import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../policy/context";
import { contextOf, knownFrom } from "../../policy/settings";
import { deployApe } from "../../stacks/ape";
import { TIERS } from "../../stacks/tiers";
import { record, type Judged } from "../../planning/record";
import { CELLS, planCell, type Cell } from "../support/cells";

const KUBERNETES = { apiRuntime: "kubernetes", kubernetesCidrs: ["10.8.0.0/14"], kubeconfig: "given" };
const NEW_CLUSTER = { apiRuntime: "kubernetes", kubernetesCluster: "new" };
/** Above the price of any cell; budget violations have separate tests. */
const AMPLE_USD = 50_000;
const DAY = "2026-06-01";

const RUNTIMES = { vm: {}, kubernetes: KUBERNETES, cluster: NEW_CLUSTER } as const;

/** A stack that the program plans, as policies see it. */
export interface Clean {
  readonly name: string;
  readonly cell: Cell;
  /** Machines, an existing cluster, or one that the stack creates. */
  readonly runtime: keyof typeof RUNTIMES;
  readonly context: Context;
  readonly resources: readonly Judged[];
}

/** Plans a cell under mocks, as in a preview. */
export async function clean(
  cell: Cell,
  runtime: Clean["runtime"],
  values: Readonly<Record<string, unknown>> = {},
): Promise<Clean> {
  const plan = planCell(cell, { ...RUNTIMES[runtime], ...values });
  const { judged } = await record(() => deployApe(plan, { kubeconfig: pulumi.secret("of no use here") }), {
    project: "ape-deploy",
    organization: "organization",
    stack: "test",
    preview: true,
  });
  const { tier } = cell;
  const context = contextOf({
    stack: "test",
    ...knownFrom({ tier, owner: "platform", costCentre: "ape", budgetUsd: AMPLE_USD, ...values }),
    today: DAY,
  });
  return { name: `${cell.name}-${runtime}`, cell, runtime, context, resources: judged() };
}

/** Whether a cell gives its tier the zones that it promises. */
export function keepsPromise({ tier, highlyAvailable }: Cell): boolean {
  return highlyAvailable || TIERS[tier].dataZones === 1;
}

/** Every tier on every cloud, at its own availability and placement, with the API on machines and on Kubernetes. */
export const CLEAN_CELLS: readonly (readonly [Cell, Clean["runtime"]])[] = CELLS.flatMap((cell) =>
  cell.placement === "dedicated" && cell.highlyAvailable === TIERS[cell.tier].highAvailability
    ? ([
        [cell, "vm"],
        [cell, "kubernetes"],
        [cell, "cluster"],
      ] as const)
    : [],
);
