import { DATA_SERVICES } from "../../components/model/role";
import { age, hoursSince } from "./age";
import { check, fail, pass, unknown, type Check, type Finding } from "./check";
import type { StoredDrill } from "./drill-records";
import { CHANGE_DRILL } from "./outage";

/** Days after which a restore must be tested again: a week, and a day for the test. */
const RESTORE_DAYS = 8;
/** Days after which a change must be drilled again. Ours: a release of Debian's packages may change how a service restarts. */
const CHANGE_DAYS = 30;

/** Whether a change has been drilled, and a restore of each store. */
export function drillChecks(drills: readonly StoredDrill[], now: Date): Check[] {
  return [
    check("rehearsed", "A change was rehearsed", drilled(CHANGE_DRILL, CHANGE_DAYS, drills, now)),
    ...DATA_SERVICES.map((service) =>
      check(
        `restore-${service}`,
        `Restore of ${service} was tested`,
        drilled(`${service}-restore`, RESTORE_DAYS, drills, now),
      ),
    ),
  ];
}

function drilled(name: string, days: number, drills: readonly StoredDrill[], now: Date): Finding {
  const last = drills.find(({ drill }) => drill === name);
  const remedy = `Run it: \`npm run drill -- ${name}\`.`;
  if (last === undefined) {
    return unknown(`no result of the drill ${name} is stored`, remedy);
  }
  const evidence = `drill ${name} ${last.passed ? "passed" : "failed"} ${age(last.at, now)} ago on ${last.cloud}`;
  const isRecent = hoursSince(last.at, now) <= days * 24;
  return last.passed && isRecent ? pass(evidence) : fail(`${evidence}; at most ${days} days`, remedy);
}
