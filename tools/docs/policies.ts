import { framework } from "../../policy/pack";
import type { Rule } from "../../policy/rule";
import { SUBJECTS } from "../../policy/rules";
import { WAIVERS_VALID } from "../../policy/rules/waivers";

/** The page of the pack: each rule, why, by which names others know it, how to fix it. */
export function policiesPage(): string {
  const subjects = [...SUBJECTS, { title: "Waivers", rules: [WAIVERS_VALID] }];
  const count = subjects.reduce((sum, { rules }) => sum + rules.length, 0);
  return `<!-- Written by "npm run docs" from policy/rules/. -->

# Policies

${count} rules hold every stack to its tier and to what is safe. \`npm run plan\` judges a plan by them without an account;
\`pulumi preview --policy-pack policy\` judges what the engine is about to do. A rule whose values aren't known yet doesn't
pass: it says that it can't be judged.

## Waivers

An exception stands in the stack's config, with who answers for it and its last day:

\`\`\`yaml
config:
  ape-deploy:waivers:
    no-second-zone:
      policy: data-zones
      resource: "*" # pattern of URNs
      reason: Load tests only, nothing is lost with it
      owner: ada
      until: "2026-12-31"
\`\`\`

Each run prints the waivers in force. One that has ended, names no policy or covers nothing is a violation itself.

## Settings

Every rule is mandatory. A file given as \`--policy-pack-config\` (or \`--policy-config\` to \`npm run plan\`) may tighten the
rules that have settings; those named "remediate" below may also put right what they find:
\`{"backup-retention": {"days": 90}, "labels-complete": "remediate"}\`.
${subjects.map(({ title, rules }) => `\n## ${title}\n${rules.map(section).join("")}`).join("")}`;
}

function section({ name, description, why, severity, ids, fix, parameters, ...rule }: Rule): string {
  const settings = Object.entries(parameters ?? {}).map(
    ([key, { description: what = "", minimum, maximum }]) => `\`${key}\` (${minimum} to ${maximum}): ${what}`,
  );
  const remedy = rule.kind === "resource" && rule.remedy !== undefined;
  return `
### ${name}

${description}

- Why: ${why}
- Severity: ${severity}
${ids.length === 0 ? "" : `- Known as: ${ids.map((id) => `${id} (${framework(id).name})`).join(", ")}\n`}- Fix: ${fix}
${settings.length === 0 ? "" : `- Settings: ${settings.join(" ")}\n`}${remedy ? "- Remediates where the pack's config asks for it.\n" : ""}`;
}
