import assert from "node:assert/strict";
import { ConfigError, parseConfig, type Problem } from "../../../../stacks/config/load";

const BASE = {
  cloud: "aws",
  tier: "t1",
  owner: "platform",
  costCentre: "ape",
  apiImage: "registry.example.com/ape/api:1.0.0",
};
export const PROD = { tier: "t3", neo4jLicense: "evaluation" };
export const GCP = { cloud: "gcp" };
export const NEW_CLUSTER = { apiRuntime: "kubernetes", kubernetesCluster: "new" };
export const CLUSTER = { apiRuntime: "kubernetes", kubeconfig: "given", kubernetesCidrs: ["10.8.0.0/14"] };
export const WAIVER = {
  policy: "data-zones",
  resource: "*",
  reason: "Load tests only",
  owner: "ada",
  until: "2026-12-31",
};
export const ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** A config with one problem, and what is reported. */
interface Bad {
  readonly set: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly value: string;
  /** Part of the reason. Omit it when no reason is reported. */
  readonly why?: string;
  /** Part of what is allowed. */
  readonly allowed: string;
  readonly example: string;
}

/** Tests that each config is refused with exactly its problem. */
export function describeProblems(subject: string, problems: readonly Bad[]): void {
  describe(`a config with one problem: ${subject}`, () => {
    problems.forEach(({ set, key, value, why = "", allowed, example }) => {
      it(`is refused: ${JSON.stringify(set)}`, () => {
        const { problems: found, message } = refused(set);
        assert.deepEqual(
          found.map((problem) => [problem.key, problem.value]),
          [[key, value]],
          message,
        );
        const [problem] = found as [Problem];
        assert.ok((problem.reason ?? "").includes(why) && (why !== "" || problem.reason === undefined), problem.reason);
        assert.ok(problem.allowed.includes(allowed), problem.allowed);
        assert.equal(example || problem.example, problem.example);
        const lines = [`${key}: ${value}`, `allowed: ${problem.allowed}`, `example: ${problem.example}`];
        lines.forEach((line) => assert.ok(message.includes(line), message));
      });
    });
  });
}

/** The error of a config that must be refused. */
export function refused(
  set: Readonly<Record<string, unknown>>,
  stack = "dev",
  secretKeys?: readonly string[],
): ConfigError {
  try {
    parseConfig({
      organization: "organization",
      stack,
      values: { ...BASE, ...set },
      ...(secretKeys === undefined ? {} : { secretKeys }),
    });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error;
  }
  assert.fail("the config was accepted");
}
