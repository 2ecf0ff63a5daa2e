import assert from "node:assert/strict";
import { changesLabelsOnly } from "../../../../components/node/roll/hooks";

describe("an update of a node's machine", () => {
  const former = {
    instanceType: "t3a.large",
    tags: { owner: "a" },
    rootBlockDevice: { volumeSize: 16, tags: { owner: "a" } },
  };

  it("changes labels only if everything else stays, at every depth", () => {
    const owner = { ...former, tags: { owner: "b" }, rootBlockDevice: { volumeSize: 16, tags: { owner: "b" } } };
    assert.ok(changesLabelsOnly({ oldInputs: former, newInputs: owner }));
    assert.ok(!changesLabelsOnly({ oldInputs: former, newInputs: { ...owner, instanceType: "t3a.xlarge" } }));
    assert.ok(!changesLabelsOnly({ oldInputs: former, newInputs: { ...owner, rootBlockDevice: { volumeSize: 20 } } }));
  });

  it("is more than that for a machine that is created", () => {
    assert.ok(!changesLabelsOnly({ newInputs: former }));
  });
});
