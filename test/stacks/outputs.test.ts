import assert from "node:assert/strict";
import {
  CONTRACT_VERSION,
  ContractError,
  readOutputs,
  type OutputSource,
  type StackOutputs,
} from "../../stacks/outputs";

const OUTPUTS: StackOutputs = {
  contractVersion: CONTRACT_VERSION,
  cloud: "aws",
  region: "us-east-1",
  tier: "t3",
  apiUrl: "https://api.example.com",
  caCertificate: "-----BEGIN CERTIFICATE-----",
  timescaledb: { writer: "postgresql://w", reader: "postgresql://r", shards: [] },
  neo4j: { uri: "neo4j+s://n", members: ["10.0.0.1:7687"], driver: { maxTransactionRetrySeconds: 60 } },
  redis: { sentinels: ["10.0.0.1:26379"], masterName: "ape", url: "", cluster: [] },
  secrets: { timescaledb: "arn:t", neo4j: "arn:n", redis: "arn:r" },
  buckets: { backups: "ape-prod-backups" },
};

/** A stack with these outputs, some of them secret. */
function stack(outputs: object, secret: readonly string[] = []): OutputSource {
  const values = new Map<string, unknown>(Object.entries(outputs));
  return {
    name: "acme/ape-deploy/prod",
    getOutputDetails: (name) =>
      Promise.resolve(secret.includes(name) ? { secretValue: values.get(name) } : { value: values.get(name) }),
  };
}

describe("readOutputs", () => {
  it("returns every output, also when the stack marks it as secret", async () => {
    assert.deepEqual(await readOutputs(stack(OUTPUTS, ["caCertificate"])), OUTPUTS);
  });

  it("ignores fields that a newer release has added", async () => {
    assert.deepEqual(await readOutputs(stack({ ...OUTPUTS, dashboardUrl: "https://example.com" })), OUTPUTS);
  });

  it("refuses another contract version, or none", async () => {
    for (const contractVersion of [CONTRACT_VERSION + 1, undefined]) {
      await assert.rejects(
        readOutputs(stack({ ...OUTPUTS, contractVersion })),
        (error: unknown) =>
          error instanceof ContractError &&
          error.message.startsWith(`the stack's contractVersion is ${contractVersion}; this reader supports 1`),
      );
    }
  });

  it("refuses a stack that lacks fields, and names them", async () => {
    await assert.rejects(
      readOutputs(stack({ ...OUTPUTS, apiUrl: undefined, buckets: undefined })),
      (error: unknown) =>
        error instanceof ContractError &&
        error.message === "the stack lacks the outputs apiUrl, buckets: it was deployed by an older release; update it",
    );
  });
});
