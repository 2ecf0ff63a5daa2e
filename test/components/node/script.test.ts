import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderScript } from "../../../components/node/script";

describe("a rendered script", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "ape-script-"))));
  after(() => rmSync(folder, { recursive: true }));

  const source = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it("starts with its comment, its variables and the shared functions", () => {
    const greet = source("greet.sh", '#!/bin/bash\ngreet() { echo "$1 $NAME"; }\n');
    const script = source("script.sh", "#!/bin/bash\n# Greets.\nset -euo pipefail\ngreet hello\n");
    assert.equal(
      renderScript(script, { NAME: "redis-1" }, [greet]),
      '#!/bin/bash\n# Greets.\nreadonly NAME=redis-1\n\ngreet() { echo "$1 $NAME"; }\n\nset -euo pipefail\ngreet hello\n',
    );
  });

  it("assigns words, numbers and lists, quoted if necessary", () => {
    const script = source("empty.sh", "#!/bin/bash\n");
    assert.equal(
      renderScript(script, { WORD: "it's", EMPTY: "", COUNT: 3, LIST: ["10.60.16.16", "a b"], NONE: [] }),
      "#!/bin/bash\nreadonly WORD='it'\\''s'\nreadonly EMPTY=''\nreadonly COUNT=3\nreadonly LIST=(10.60.16.16 'a b')\nreadonly NONE=()\n",
    );
  });

  it("is refused if a source has no shebang", () => {
    assert.throws(() => renderScript(source("none.sh", "true\n")), /none\.sh does not start with #!\/bin\/bash/);
  });
});
