import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { programFiles } from "../../../components/node/bootstrap/programs";
import { userData } from "../../../components/node/bootstrap/userdata";
import { CLOUDS, type Cloud } from "../../../components/model/cloud";
import { onPath } from "../../support/programs";

/** Each cloud's responses to the first and second request, and the text that identifies the second. */
const PAGES: Readonly<Record<Cloud, readonly [first: string, second: string, follows: string]>> = {
  aws: [
    "<R><IsTruncated>true</IsTruncated><Contents><Key>a/1</Key></Contents><Contents><Key>a/2</Key></Contents></R>",
    "<R><IsTruncated>false</IsTruncated><Contents><Key>a/3</Key></Contents></R>",
    "start-after=a%2F2",
  ],
  gcp: [
    '{"items":[{"name":"a/1"},{"name":"a/2"}],"nextPageToken":"more"}',
    '{"items":[{"name":"a/3"}]}',
    "pageToken=more",
  ],
};

describe("a node's list of a bucket", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "ape-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const list = (cloud: Cloud, curl: string): { status: number | null; stdout: string } => {
    writeFileSync(
      join(folder, "node"),
      userData({
        cloud,
        region: "us-east-1",
        node: "redis-1",
        bootstrapBucket: "b",
        secretPrefix: "s-",
        packageMirror: "",
      }),
    );
    for (const { path, content } of programFiles([], []).filter((file) =>
      file.path.startsWith("/usr/local/lib/ape/"),
    )) {
      writeFileSync(join(folder, basename(path)), content);
    }
    writeFileSync(join(folder, "curl"), `#!/bin/bash\n${curl}\n`);
    ["node", "curl"].forEach((name) => chmodSync(join(folder, name), 0o755));
    const env = { ...process.env, APE_LIBRARY: folder, PATH: `${folder}:${process.env.PATH}` };
    return spawnSync(join(folder, "node"), ["list", "bucket", "a/"], { env, encoding: "utf8" });
  };

  for (const cloud of CLOUDS) {
    const [first, second, follows] = PAGES[cloud];

    it(`follows all pages (${cloud})`, function () {
      onPath(this, "jq");
      const curl = `case "$*" in
        *169.254*) echo '{"access_token":"t","AccessKeyId":"k","SecretAccessKey":"s","Token":"t"}' ;;
        *${follows}*) echo '${second}' ;;
        *) echo '${first}' ;;
      esac`;
      const { status, stdout } = list(cloud, curl);
      assert.deepEqual([status, stdout], [0, "a/1\na/2\na/3\n"]);
    });

    it(`fails if the bucket cannot be read (${cloud})`, function () {
      onPath(this, "jq");
      const { status, stdout } = list(cloud, `[[ "$*" != *169.254* ]] || { echo '{}'; exit 0; }; exit 22`);
      assert.deepEqual([status === 0, stdout], [false, ""]);
    });
  }
});
