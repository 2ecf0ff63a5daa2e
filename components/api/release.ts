import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { FUNCTIONS, renderScript } from "../node/script";
import { upstreamServer } from "./nginx";
import { RELEASE_STATE, slotPorts, UPSTREAM_FILE } from "./slots";

/** The object in the bootstrap bucket that names the image to run. Every node may read keys with the prefix bootstrap/. */
export const RELEASE_KEY = "bootstrap/releases/api";

/** The file that names the release that a node refused; removed by a reboot. */
export const REFUSED_FILE = "/run/ape/api-refused";

/** The file that names the wanted release if it failed, and why; removed by a reboot. */
const FAILED_FILE = "/run/ape/api-failed";

/** The command that prints the released image or, if the wanted one failed, "IMAGE failed: REASON". */
export const REPORTS = "/usr/local/lib/ape/api-reports";

/** Brings the wanted release into service. */
export const RELEASE_UNIT = "ape-api-release.service";
/** Starts RELEASE_UNIT periodically. */
export const RELEASE_TIMER = "ape-api-release.timer";

/** Seconds between two polls of the wanted release, and their random delay, which spreads the nodes. */
const POLL_SECONDS = 15;
const SPREAD_SECONDS = 5;
/** Seconds in which a new container must become ready. Chosen here: an image's first start reads all of it from disk. */
const READY_SECONDS = 60;
/** The same on a new node: its stores may still be booting, and there is no earlier release to return to. */
const FIRST_READY_SECONDS = 600;
/** Seconds for which a container must stay ready before the next slot is replaced. */
const PROBATION_SECONDS = 5;
/** Restarts after which a container that is not ready counts as failed. */
const MAX_RESTARTS = 2;

export interface ReleasePlace {
  /** Full name of the bucket. */
  readonly bucket: string;
  /** Number of containers on the node. */
  readonly containers: number;
  /** Seconds in which requests must finish at a container that is being replaced. */
  readonly drainSeconds: number;
}

/** The command, service and timer with which a node changes its release. scripts/release.sh describes the procedure. */
export function releaseFiles(place: ReleasePlace): NodeFile[] {
  return [
    { path: "/usr/local/sbin/ape-api-release", mode: "0755", content: script(place) },
    {
      path: REPORTS,
      mode: "0755",
      content: renderScript(join(__dirname, "scripts/reports.sh"), { FAILED: FAILED_FILE, STATE: RELEASE_STATE }),
    },
    { path: `/etc/systemd/system/${RELEASE_UNIT}`, content: SERVICE },
    { path: `/etc/systemd/system/${RELEASE_TIMER}`, content: TIMER },
  ];
}

const SERVICE = `[Unit]
Description=Release of the APE API
Wants=network-online.target
After=network-online.target haproxy.service

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/ape-api-release
TimeoutStartSec=1800
`;

const TIMER = `[Unit]
Description=Poll for a new release of the APE API

[Timer]
OnActiveSec=${POLL_SECONDS}
OnUnitInactiveSec=${POLL_SECONDS}
RandomizedDelaySec=${SPREAD_SECONDS}
AccuracySec=1

[Install]
WantedBy=timers.target
`;

function script({ bucket, containers, drainSeconds }: ReleasePlace): string {
  const slots = Array.from({ length: containers }, (_, slot) => slot);
  return renderScript(
    join(__dirname, "scripts/release.sh"),
    {
      STATE: RELEASE_STATE,
      REFUSED: REFUSED_FILE,
      FAILED: FAILED_FILE,
      BUCKET: bucket,
      RELEASE_KEY,
      SLOTS: slots,
      FIRST_PORTS: slots.map((slot) => slotPorts(slot)[0]),
      SECOND_PORTS: slots.map((slot) => slotPorts(slot)[1]),
      UPSTREAM_FILE,
      UPSTREAM_SERVER: upstreamServer("PORT"),
      DRAIN_SECONDS: drainSeconds,
      READY_SECONDS,
      FIRST_READY_SECONDS,
      PROBATION_SECONDS,
      MAX_RESTARTS,
    },
    [FUNCTIONS.keep, FUNCTIONS.stopWith],
  );
}
