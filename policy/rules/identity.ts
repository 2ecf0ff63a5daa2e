import { statementsOf, type Statement } from "../iam";
import { resourceRule, unless, type Rule } from "../rule";

const AWS_POLICIES = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
];

/** Actions that AWS can't confine to a resource, by its own reference. */
const UNCONFINED =
  /^(logs:DescribeLogGroups|ssm:UpdateInstanceInformation|ssmmessages:(Create|Open)(Control|Data)Channel|ec2messages:\w+|ec2:Describe\w+|autoscaling:Describe\w+|cloudwatch:(PutMetricData|GetMetric\w+|ListMetrics)|ecr:GetAuthorizationToken|sts:GetCallerIdentity|s3:ListAllMyBuckets|kms:ListAliases|kms:ListKeys|secretsmanager:(GetRandomPassword|ListSecrets))$/;

/** Actions by which an identity gives itself more rights. */
const ESCALATING =
  /^(iam:(\*|PassRole|Create(Policy|PolicyVersion|AccessKey|LoginProfile|Role|User)|SetDefaultPolicyVersion|UpdateAssumeRolePolicy|UpdateLoginProfile|Attach\w+Policy|Put\w+Policy|AddUserToGroup)|sts:AssumeRole|lambda:(CreateFunction|UpdateFunctionCode)|ec2:RunInstances|glue:CreateDevEndpoint|cloudformation:CreateStack)$/;

const WILDCARD_ACTION = resourceRule({
  name: "aws-iam-no-wildcard-action",
  description: "Policies allow actions by name, never all of a service.",
  why: "A wildcard also allows what AWS adds next year.",
  severity: "high",
  ids: [
    "CKV_AWS_62",
    "CKV_AWS_63",
    "CKV_AWS_286",
    "CKV_AWS_287",
    "CKV_AWS_288",
    "CKV_AWS_289",
    "CKV2_AWS_40",
    "AWS-0057",
    "IAM.1",
    "IAM.21",
  ],
  fix: "List the actions.",
  types: AWS_POLICIES,
  judge: ({ values }) =>
    allowed(statementsOf(values, "policy")).flatMap(({ actions, notActions }) => [
      ...actions.filter((action) => action === "*" || action.endsWith(":*")).map((action) => `allows ${action}`),
      ...unless(notActions.length === 0, `allows all but ${notActions.join(", ")}`),
    ]),
});

const WILDCARD_RESOURCE = resourceRule({
  name: "aws-iam-no-wildcard-resource",
  description: "Policies confine actions to resources wherever AWS can.",
  why: "A node that may read every secret reads other stacks' as well.",
  severity: "high",
  ids: ["CKV_AWS_290", "CKV_AWS_355"],
  fix: "Name the resources, or their pattern.",
  types: AWS_POLICIES,
  judge: ({ values }) =>
    allowed(statementsOf(values, "policy"))
      .filter(({ resources }) => resources.includes("*"))
      .flatMap(({ actions }) =>
        actions
          .filter(
            (action) =>
              action !== "*" && !action.endsWith(":*") && !UNCONFINED.test(action) && !ESCALATING.test(action),
          )
          .map((action) => `allows ${action} on everything`),
      ),
});

const NO_ESCALATION = resourceRule({
  name: "aws-iam-no-escalation",
  description: "Policies don't let an identity give itself more rights.",
  why: "Passing any role to a new machine is being any role.",
  severity: "critical",
  ids: ["CKV_AWS_286", "CKV_AWS_289"],
  fix: "Name the one role that may be passed, or leave the action out.",
  types: AWS_POLICIES,
  judge: ({ values }) =>
    allowed(statementsOf(values, "policy"))
      .filter(({ resources }) => resources.includes("*"))
      .flatMap(({ actions }) =>
        actions
          .filter((action) => ESCALATING.test(action) && !action.endsWith(":*"))
          .map((action) => `allows ${action} on everything`),
      ),
});

const TRUST = resourceRule({
  name: "aws-iam-trust-named",
  description: "Roles trust named services and principals; those of OpenID Connect pin the subject.",
  why: "A role that trusts everybody is everybody's; one that trusts a provider without a subject is every repository's there.",
  severity: "critical",
  ids: ["CKV_AWS_60", "CKV_AWS_61", "CKV_AWS_393"],
  fix: 'Name the principal; with Federated, set a condition on the provider\'s ":sub".',
  types: ["aws:iam/role:Role"],
  judge: ({ values }) =>
    allowed(statementsOf(values, "assumeRolePolicy")).flatMap(({ principals, kinds, condition }) => [
      ...unless(
        !principals.some((principal) => principal === "*" || /^arn:aws:iam::\*/.test(principal)),
        "trusts everybody",
      ),
      ...unless(!kinds.includes("Federated") || isPinned(condition), "trusts every subject of its provider"),
    ]),
});

const NO_ADMINISTRATOR = resourceRule({
  name: "aws-iam-no-administrator",
  description: "No identity of the stack is an administrator.",
  why: "Whoever gets into the node owns the account.",
  severity: "critical",
  ids: ["CKV_AWS_274", "CKV2_AWS_56"],
  fix: "Attach what the node needs.",
  types: [
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  ],
  judge: ({ values }) => {
    if (!values.isKnown("policyArn")) {
      return []; // the stack's own policy, which is judged itself
    }
    const arn = values.text("policyArn") ?? "";
    return unless(
      !/:aws:policy\/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$/.test(arn),
      `attaches ${arn.split("/").at(-1)}`,
    );
  },
});

const NO_KEYS = resourceRule({
  name: "no-long-lived-keys",
  description: "No identity has a key that is good until somebody deletes it.",
  why: "It ends up in a repository, a log or a laptop. Machines have identities of their own, workflows have OpenID Connect.",
  severity: "high",
  ids: ["CKV2_GCP_3", "CIS GCP 1.4", "IAM.3"],
  fix: "Remove the key.",
  types: ["gcp:serviceaccount/key:Key", "aws:iam/accessKey:AccessKey"],
  judge: () => ["is a long-lived key"],
});

const PROJECT_ROLES = ["gcp:projects/iAMMember:IAMMember", "gcp:projects/iAMBinding:IAMBinding"];

const NO_PROJECT_ADMIN = resourceRule({
  name: "gcp-no-project-administrator",
  description: "No identity owns, edits or administrates the project.",
  why: "Whoever gets into the node owns the project.",
  severity: "critical",
  ids: ["CKV_GCP_42", "CKV_GCP_49", "CKV_GCP_117", "GCP-0007", "CIS GCP 1.5"],
  fix: "Grant roles of single services, on single resources.",
  types: PROJECT_ROLES,
  judge: ({ values }) => {
    const role = values.text("role") ?? "";
    return unless(!/^roles\/(owner|editor|.*[aA]dmin)$/.test(role), `grants ${role}`);
  },
});

const NO_IMPERSONATION = resourceRule({
  name: "gcp-no-project-impersonation",
  description: "No identity may act as every service account of the project.",
  why: "It has the rights of all of them then.",
  severity: "critical",
  ids: ["CKV_GCP_41", "GCP-0011", "CIS GCP 1.6"],
  fix: "Grant it on the one service account.",
  types: PROJECT_ROLES,
  judge: ({ values }) => {
    const role = values.text("role") ?? "";
    return unless(
      !/^roles\/iam\.(serviceAccountUser|serviceAccountTokenCreator|workloadIdentityUser)$/.test(role),
      `grants ${role}`,
    );
  },
});

/** Who may do what. */
export const IDENTITY_RULES: readonly Rule[] = [
  WILDCARD_ACTION,
  WILDCARD_RESOURCE,
  NO_ESCALATION,
  TRUST,
  NO_ADMINISTRATOR,
  NO_KEYS,
  NO_PROJECT_ADMIN,
  NO_IMPERSONATION,
];

function allowed(statements: readonly Statement[]): Statement[] {
  return statements.filter(({ effect }) => effect === "Allow");
}

/** Whether a condition names a subject, and not with a wildcard alone. */
function isPinned(condition: string): boolean {
  return /:sub":(?!\[?"\*")/.test(condition);
}
