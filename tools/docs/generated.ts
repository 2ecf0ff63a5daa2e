import { join } from "node:path";
import { configurationPage } from "./configuration";
import { pulumiYaml } from "./pulumi-yaml";

const ROOT = join(__dirname, "../..");

/** Every file that derives from code, with what it must hold. */
export function generated(): { readonly path: string; readonly content: string }[] {
  return [
    { path: join(ROOT, "Pulumi.yaml"), content: pulumiYaml() },
    { path: join(ROOT, "docs/configuration.md"), content: configurationPage() },
  ];
}
