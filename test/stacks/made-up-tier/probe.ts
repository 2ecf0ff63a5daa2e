import { LIMITS } from "../../../policy/limits";
import { judgedPlan } from "../../../planning/judged-plan";

/** What the program answers for one stack. */
export interface Answer {
  /** Machines by service. */
  readonly nodes: Readonly<Record<string, number>>;
  readonly natGateways: number;
  readonly cents: number;
  readonly budgetCents: number;
  readonly unpriced: number;
  readonly violations: readonly string[];
}

/** What the program answers with the made-up tiers in its table. */
export interface Answers {
  /** By settings, as `--set` takes them; the error's text where the config is refused. */
  readonly stacks: Readonly<Record<string, Answer | string>>;
  /** By tier and service, the most machines that policies allow. */
  readonly instances: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

async function answer(settings: readonly string[]): Promise<Answer | string> {
  try {
    const { planned, price, policies } = await judgedPlan("prod", settings);
    const nodes: Record<string, number> = {};
    planned.nodes.forEach(({ services }) => {
      const name = services.join("+");
      nodes[name] = (nodes[name] ?? 0) + 1;
    });
    return {
      nodes,
      natGateways: planned.resources.filter(({ type }) => type === "aws:ec2/natGateway:NatGateway").length,
      cents: price.cents,
      budgetCents: price.budgetCents,
      unpriced: price.unpriced.length,
      violations: policies.violations.map(({ rule, message }) => `${rule.name}: ${message}`),
    };
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(stacks: readonly string[]): Promise<void> {
  const answers: [string, Answer | string][] = [];
  for (const settings of stacks) {
    answers.push([settings, await answer(settings.split(" "))]);
  }
  const instances = Object.entries(LIMITS).map(([tier, { services }]): [string, Record<string, number>] => [
    tier,
    Object.fromEntries(Object.entries(services).map(([service, limits]) => [service, limits.instances])),
  ]);
  const found: Answers = { stacks: Object.fromEntries(answers), instances: Object.fromEntries(instances) };
  process.stdout.write(JSON.stringify(found));
}

void main(process.argv.slice(2));
