import { withBootstrap } from "../../rehearsal/drills/orders";
import type { LocalStack } from "../../rehearsal/stack/local-stack";

/** Makes the bootstrap of a Redis node install a package that does not exist. */
export function withoutPackage(stack: LocalStack, node: string): LocalStack {
  return withBootstrap(stack, node, (script) =>
    script.replace(/^(install_packages .*)\bredis-sentinel\b/m, "$1redis-absent"),
  );
}
