import { statementsOf, type Statement } from "../iam";
import { resourceRule, unless, type Rule } from "../rule";

const AWS_POLICIES = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
];

/** Actions without resource-level permissions. Source: AWS Service Authorization Reference. */
const UNCONFINED =
  /^(logs:DescribeLogGroups|ssm:UpdateInstanceInformation|ssmmessages:(Create|Open)(Control|Data)Channel|ec2messages:\w+|ec2:Describe\w+|autoscaling:Describe\w+|cloudwatch:(PutMetricData|GetMetric\w+|ListMetrics)|ecr:GetAuthorizationToken|sts:GetCallerIdentity|s3:ListAllMyBuckets|kms:ListAliases|kms:ListKeys|secretsmanager:(GetRandomPassword|ListSecrets))$/;

/** Actions by which an identity can escalate its privileges. */
const ESCALATING =
  /^(iam:(\*|PassRole|Create(Policy|PolicyVersion|AccessKey|LoginProfile|Role|User)|SetDefaultPolicyVersion|UpdateAssumeRolePolicy|UpdateLoginProfile|Attach\w+Policy|Put\w+Policy|AddUserToGroup)|sts:AssumeRole|lambda:(CreateFunction|UpdateFunctionCode)|ec2:RunInstances|glue:CreateDevEndpoint|cloudformation:CreateStack)$/;

const WILDCARD_ACTION = resourceRule({
  name: "aws-iam-no-wildcard-action",
  description: "IAM policies allow actions by name, not by wildcard.",
  why: "A wildcard also allows actions that AWS adds later.",
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
      ...unless(notActions.length === 0, `allows everything but ${notActions.join(", ")}`),
    ]),
});

const WILDCARD_RESOURCE = resourceRule({
  name: "aws-iam-no-wildcard-resource",
  description: "IAM policies restrict actions to resources wherever AWS supports it.",
  why: "A node that may read every secret can read those of other stacks.",
  severity: "high",
  ids: ["CKV_AWS_290", "CKV_AWS_355"],
  fix: "Name the resources, or a pattern for them.",
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
  description: "IAM policies allow no privilege escalation.",
  why: "An identity that may pass any role to a new machine can act as any role.",
  severity: "critical",
  ids: ["CKV_AWS_286", "CKV_AWS_289"],
  fix: "Name the one role that may be passed, or remove the action.",
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
  description: "Roles trust named services and principals; OpenID Connect trust pins the subject.",
  why: "Anyone can assume a role that trusts everyone; without a subject, any repository of the identity provider can.",
  severity: "critical",
  ids: ["CKV_AWS_60", "CKV_AWS_61", "CKV_AWS_393"],
  fix: 'Name the principal; with Federated, set a condition on the provider\'s ":sub".',
  types: ["aws:iam/role:Role"],
  judge: ({ values }) =>
    allowed(statementsOf(values, "assumeRolePolicy")).flatMap(({ principals, kinds, condition }) => [
      ...unless(
        !principals.some((principal) => principal === "*" || /^arn:aws:iam::\*/.test(principal)),
        "trusts everyone",
      ),
      ...unless(!kinds.includes("Federated") || isPinned(condition), "trusts every subject of its provider"),
    ]),
});

const NO_ADMINISTRATOR = resourceRule({
  name: "aws-iam-no-administrator",
  description: "No identity of the stack is an administrator.",
  why: "A compromised node would give full control of the account.",
  severity: "critical",
  ids: ["CKV_AWS_274", "CKV2_AWS_56"],
  fix: "Attach only the permissions that the node needs.",
  types: [
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  ],
  judge: ({ values }) => {
    if (!values.isKnown("policyArn")) {
      return []; // a policy that the stack creates, which is judged as a resource
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
  description: "No identity has a long-lived key.",
  why: "Long-lived keys end up in repositories, logs and laptops. Machines have their own identities, workflows use OpenID Connect.",
  severity: "high",
  ids: ["CKV2_GCP_3", "CIS GCP 1.4", "IAM.3"],
  fix: "Remove the key.",
  types: ["gcp:serviceaccount/key:Key", "aws:iam/accessKey:AccessKey"],
  judge: () => ["is a long-lived key"],
});

const PROJECT_ROLES = ["gcp:projects/iAMMember:IAMMember", "gcp:projects/iAMBinding:IAMBinding"];

const NO_PROJECT_ADMIN = resourceRule({
  name: "gcp-no-project-administrator",
  description: "No identity has an owner, editor or administrator role on the project.",
  why: "A compromised node would give full control of the project.",
  severity: "critical",
  ids: ["CKV_GCP_42", "CKV_GCP_49", "CKV_GCP_117", "GCP-0007", "CIS GCP 1.5"],
  fix: "Grant service-specific roles on individual resources.",
  types: PROJECT_ROLES,
  judge: ({ values }) => {
    const role = values.text("role") ?? "";
    return unless(!/^roles\/(owner|editor|.*[aA]dmin)$/.test(role), `grants ${role}`);
  },
});

const NO_IMPERSONATION = resourceRule({
  name: "gcp-no-project-impersonation",
  description: "No identity may impersonate every service account of the project.",
  why: "It would have the permissions of all of them.",
  severity: "critical",
  ids: ["CKV_GCP_41", "GCP-0011", "CIS GCP 1.6"],
  fix: "Grant the role on the individual service account.",
  types: PROJECT_ROLES,
  judge: ({ values }) => {
    const role = values.text("role") ?? "";
    return unless(
      !/^roles\/iam\.(serviceAccountUser|serviceAccountTokenCreator|workloadIdentityUser)$/.test(role),
      `grants ${role}`,
    );
  },
});

/** Rules on permissions and identities. */
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

/** Whether a condition names a subject other than a bare wildcard. */
function isPinned(condition: string): boolean {
  return /:sub":(?!\[?"\*")/.test(condition);
}
