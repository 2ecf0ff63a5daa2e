/** The parts of a stack's config that labels derive from. */
interface LabelSource {
  readonly stack: string;
  readonly tier: string;
  readonly owner: string;
  readonly costCentre: string;
}

/** Labels of every resource. Lower case, as Google Cloud requires. */
export function stackLabels({ stack, tier, owner, costCentre }: LabelSource): Record<string, string> {
  return {
    project: "ape",
    environment: stack,
    tier,
    owner,
    "cost-centre": costCentre,
    "managed-by": "pulumi",
  };
}
