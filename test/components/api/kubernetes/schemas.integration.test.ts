import assert from "node:assert/strict";
import { KUBERNETES_VERSIONS } from "../../../../components/model/kubernetes-versions";
import { CLOUDS } from "../../../../components/model/cloud";
import { TIER_NAMES } from "../../../../stacks/tiers";
import { onPath } from "../../../support/programs";
import { manifests, WAYS, type Manifest, type Way } from "./manifests";
import { Schemas } from "./schemas";

/** Custom resources of Prometheus Operator. */
const OTHERS = "monitoring.coreos.com/v1";
const EXPECTED: Readonly<Record<Way, number>> = { "an existing cluster": 11, "a new cluster": 12 };

for (const version of KUBERNETES_VERSIONS) {
  describe(`the manifests against the schemas of Kubernetes ${version}`, function () {
    this.timeout(120_000);
    let schemas: Schemas;
    before(function () {
      if (!onPath(this, "go")) return;
      schemas = Schemas.of(version);
    });

    for (const tier of TIER_NAMES) {
      for (const cloud of CLOUDS) {
        for (const way of Object.keys(WAYS) as Way[]) {
          it(`are valid for ${tier} on ${way} on ${cloud}`, async () => {
            const own = (await manifests(tier, cloud, way)).filter(({ apiVersion }) => apiVersion !== OTHERS);
            assert.equal(own.length, EXPECTED[way]);
            assert.deepEqual(
              own.flatMap((manifest) => schemas.problems(manifest)),
              [],
            );
          });
        }
      }
    }

    for (const [what, path, value] of [
      ["an unknown field", "spec.template.spec.containers.0.resource", {}],
      ["a misspelled field", "spec.strategy.rollingUpdate.maxunavailable", 0],
      ["a text for a number", "spec.progressDeadlineSeconds", "240"],
      ["a number for a text", "spec.template.spec.containers.0.image", 7],
      ["a list for an object", "spec.template.spec.securityContext", []],
    ] as const) {
      it(`are invalid with ${what}`, async () => {
        const deployment = (await manifests("t1", "aws", "a new cluster")).find(({ kind }) => kind === "Deployment")!;
        assert.equal(schemas.problems(deployment).length, 0);
        assert.equal(schemas.problems(changed(deployment, path, value)).length, 1);
      });
    }

    it("are invalid with an outdated version of a kind", () => {
      const old = { apiVersion: "autoscaling/v2beta2", kind: "HorizontalPodAutoscaler", metadata: { name: "a" } };
      assert.deepEqual(schemas.problems(old), ["no kind HorizontalPodAutoscaler in autoscaling/v2beta2"]);
    });
  });
}

/** A copy with a field set, by dotted path. */
function changed(manifest: Manifest, path: string, value: unknown): Manifest {
  const copy = structuredClone(manifest);
  const names = path.split(".");
  const last = names.pop()!;
  const target = names.reduce<Record<string, unknown>>(
    (object, name) => object[name] as Record<string, unknown>,
    copy as unknown as Record<string, unknown>,
  );
  target[last] = value;
  return copy;
}
