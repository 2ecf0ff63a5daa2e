import { orderKey } from "../../components/model/bootstrap-keys";
import type { ObjectStore } from "../../components/platform/platform";
import type { Target } from "../../planning/change/check-stack";
import type { Watched } from "../../planning/change/observed";
import { objectsOf } from "../../rehearsal/cloud/storage";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { CannotRehearseError } from "../../rehearsal/system/preflight";

/** A stack whose nodes run on this machine. Throws CannotRehearseError if there is none. */
export async function rehearsedTarget(stack: string): Promise<Target> {
  const rehearsal = Rehearsal.open(stack);
  const objects = (purpose: string): ObjectStore => objectsOf(rehearsal.storage, rehearsal.bucket(purpose));
  const bootstrap = objects("bootstrap");
  const booted = rehearsal.machines.map(({ host }) => host.name);
  const orders = orderKey("");
  const names = (await bootstrap.list(orders)).map((key) => key.slice(orders.length));
  return {
    watched: names.flatMap((name) => watchedOf(name, booted)),
    open: () => Promise.resolve({ bootstrap, backups: objects("backups") }),
    api: () => {
      const { apiUrl } = rehearsal;
      return apiUrl === undefined
        ? Promise.reject(new CannotRehearseError("the API is not booted"))
        : Promise.resolve({ url: apiUrl });
    },
    asPlanned: false,
  };
}

/** A booted node, or a group of which nodes are booted. They are named after it, with a number. */
function watchedOf(name: string, booted: readonly string[]): Watched[] {
  if (booted.includes(name)) {
    return [{ name, required: 1, group: false }];
  }
  const members = booted.filter((node) => node.replace(/-\d+$/, "") === name).length;
  return members === 0 ? [] : [{ name, required: members, group: true }];
}
