import type { Policies, PolicyPackArgs, ReportViolation, StackValidationArgs } from "@pulumi/policy";
import type { Waiver } from "../stacks/config/waivers";
import type { Context } from "./context";
import { docsOf } from "./docs";
import { judgeResource, judgeStack, type Violation } from "./judge";
import type { ResourceRule, Rule, StackRule } from "./rule";
import { RULES } from "./rules";
import { StackView, type StackResource, type ResourceView } from "./subject";
import { ResourceValues, type Properties } from "./values";
import { WAIVERS_VALID } from "./rules/waivers";
import { waived, waiverFaults } from "./waive";

/** The pack in the SDK's format: one policy per rule, and finally the check of the waivers. */
export function policyPack(context: (parameters: Context["parameters"]) => Context): PolicyPackArgs {
  const used = new Set<Waiver>();
  const submitted: Submitted = new Map();
  // The SDK also accepts an object with its own enforcement level, which its types omit.
  const report = (found: readonly Violation[], tell: ReportViolation): void => {
    for (const { message, urn, waiver } of found) {
      if (waiver === undefined) {
        tell(message, urn);
        continue;
      }
      used.add(waiver);
      const advice = {
        message: waived(message, waiver),
        ...(urn === undefined ? {} : { urn }),
        enforcementLevel: "advisory",
      };
      (tell as unknown as (advice: object) => void)(advice);
    }
  };
  const contextFor = (rule: Rule, config: object): Context =>
    context((name) => (name === rule.name ? { ...config } : {}));
  const policies: Policies = RULES.map((rule) =>
    rule.kind === "resource"
      ? resourcePolicy(rule, (config) => contextFor(rule, config), report, submitted)
      : stackPolicy(rule, (config) => contextFor(rule, config), report, submitted),
  );
  const names = new Set(RULES.map(({ name }) => name));
  return {
    enforcementLevel: "mandatory",
    policies: [
      ...policies,
      {
        ...described(WAIVERS_VALID),
        // The engine runs stack policies last and in order, after all resources have been judged.
        validateStack: (_args, tell) =>
          waiverFaults(
            context(() => ({})),
            names,
            used,
          ).forEach((message) => tell(message)),
      },
    ],
  };
}

type Report = (found: readonly Violation[], tell: ReportViolation) => void;

/** Inputs of the resources that the engine has submitted, by URN. */
type Submitted = Map<string, Properties>;

function resourcePolicy(
  rule: ResourceRule,
  contextFor: (config: object) => Context,
  report: Report,
  submitted: Submitted,
): Policies[number] {
  const types = new Set(rule.types);
  const { remedy } = rule;
  return {
    ...described(rule),
    validateResource: (args, tell) => {
      submitted.set(args.urn, args.props);
      if (types.has(args.type)) {
        report(judgeResource(rule, subjectOf(args), contextFor(args.getConfig())), tell);
      }
    },
    ...(remedy === undefined
      ? {}
      : {
          remediateResource: (args) =>
            types.has(args.type) ? remedy(subjectOf(args), contextFor(args.getConfig())) : undefined,
        }),
  };
}

function stackPolicy(
  rule: StackRule,
  contextFor: (config: object) => Context,
  report: Report,
  submitted: Submitted,
): Policies[number] {
  return {
    ...described(rule),
    validateStack: (args, tell) =>
      report(judgeStack(rule, stackOf(args, submitted), contextFor(args.getConfig())), tell),
  };
}

/** A rule's metadata in the SDK's format. */
function described(rule: Rule): Omit<Policies[number], "validateResource" | "validateStack"> {
  const [first] = rule.ids;
  return {
    name: rule.name,
    displayName: rule.name,
    description: rule.description,
    severity: rule.severity,
    tags: [...rule.ids],
    remediationSteps: rule.fix,
    url: docsOf(rule.name),
    ...(first === undefined ? {} : { framework: framework(first) }),
    ...(rule.parameters === undefined ? {} : { configSchema: { properties: { ...rule.parameters } } }),
  };
}

/** The framework that an id belongs to. */
export function framework(id: string): NonNullable<Policies[number]["framework"]> {
  const name = id.startsWith("CKV")
    ? "checkov"
    : id.startsWith("CIS GCP")
      ? "CIS Google Cloud Platform Foundation Benchmark"
      : /^(AWS|GCP)-\d/.test(id)
        ? "Trivy"
        : "AWS Foundational Security Best Practices";
  return { name, version: id.startsWith("CIS GCP") ? "4.0" : "", reference: id, specification: "" };
}

interface SdkResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly props: Properties;
  readonly opts: { readonly protect: boolean };
}

function subjectOf({ urn, type, name, props, opts }: SdkResource): ResourceView {
  return { urn, type, name, values: ResourceValues.proxied(props, urn), protect: opts.protect };
}

/**
 * The SDK recreates its resources for every policy, so a view serves one policy. In a preview the engine has no properties
 * of resources whose provider is not configured yet (those of a new cluster): their submitted inputs are used instead.
 */
function stackOf({ resources }: StackValidationArgs, submitted: Submitted): StackView {
  const subjects = new Map<unknown, StackResource>();
  for (const resource of resources) {
    const known = Object.keys(resource.props).length > 0;
    const props = known ? resource.props : (submitted.get(resource.urn) ?? {});
    subjects.set(resource, {
      ...subjectOf({ ...resource, props }),
      references: (property) =>
        (resource.propertyDependencies[property] ?? []).flatMap((dependency) => subjects.get(dependency) ?? []),
      parent: resource.parent?.urn ?? "",
      dependsOn: resource.dependencies.map(({ urn }) => urn),
    });
  }
  return new StackView([...subjects.values()]);
}
