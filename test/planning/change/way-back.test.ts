import assert from "node:assert/strict";
import { commandsOf, settingsOf, wayBack } from "../../../planning/change/way-back";

const DEPLOY = ["pulumi up -s prod", "npm run verify -- --stack prod --wait 10m"];

describe("the way back", () => {
  const values = { tier: "t3", zones: 3, overrides: { redis: { diskGiB: 20 } }, labels: { a: "it's" } };

  it("sets what the config file has, last setting first", () => {
    const settings = settingsOf(["tier=t4", "overrides.redis.diskGiB=40"], values);
    assert.deepEqual(wayBack("prod", settings), [
      "pulumi config set -s prod --path ape-deploy:overrides.redis.diskGiB 20",
      "pulumi config set -s prod tier t3",
      ...DEPLOY,
    ]);
  });

  it("removes what the config file does not have", () => {
    const settings = settingsOf(["placement=packed"], values);
    assert.deepEqual(wayBack("prod", settings), ["pulumi config rm -s prod placement", ...DEPLOY]);
  });

  it("quotes values for the shell", () => {
    const [setting] = settingsOf(['allowedClientCidrs=["10.0.0.0/8"]'], values);
    assert.equal(commandsOf("prod", [setting!])[0], `pulumi config set -s prod allowedClientCidrs '["10.0.0.0/8"]'`);
    assert.equal(settingsOf(["labels=x"], values)[0]!.before, `{"a":"it's"}`);
    assert.ok(wayBack("prod", settingsOf(["labels=x"], values))[0]!.endsWith(`'{"a":"it'\\''s"}'`));
  });
});
