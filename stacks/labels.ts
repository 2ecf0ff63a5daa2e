/** What labels derive from: parts of a stack's config. */
export interface LabelSource {
  readonly stack: string;
  readonly tier: string;
  readonly owner: string;
  readonly costCentre: string;
}

/** Labels that every resource carries; lower case, as Google Cloud wants them. */
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
