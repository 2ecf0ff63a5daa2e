import { validUntil } from "../../components/pki/authority";
import type { StackPlan } from "../../stacks/plan";
import { check, fail, notApplicable, pass, unknown, type Check, type Finding } from "./check";

/** Days for which certificates must stay valid: time to renew them after the change. */
const CERTIFICATE_DAYS = 30;
const DAY_MS = 86_400_000;

/** Whether the stack's certificates outlast the change. */
export function certificateCheck({ spec }: StackPlan, now: Date): Check {
  return check(
    "certificates",
    `Certificates are valid for ${CERTIFICATE_DAYS} days`,
    certificates(spec.certificatesFrom, now),
  );
}

/** Whether the data disks have space for the change. */
export function diskCheck(): Check {
  return check(
    "disks",
    "Data disks have space",
    unknown(
      "the nodes do not report how full their disks are",
      "As root on each node: `df --output=pcent,target`. Grow disks above 70 % first.",
    ),
  );
}

/** Whether alerts are firing. */
export function alertCheck(): Check {
  return check("alerts", "No alert is firing", notApplicable("no monitoring is deployed"));
}

function certificates(from: string, now: Date): Finding {
  const end = validUntil(from);
  const days = Math.floor((end.getTime() - now.getTime()) / DAY_MS);
  const evidence = `the stack's certificates end on ${end.toISOString().slice(0, 10)}`;
  return days > CERTIFICATE_DAYS
    ? pass(evidence)
    : fail(evidence, "Set certificatesFrom to today: `pulumi up` then issues new ones.");
}
