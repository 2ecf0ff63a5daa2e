import { REFUSED_FILE, RELEASE_KEY } from "../../../components/api/release";
import { RELEASE_STATE, slotPorts, UPSTREAM_FILE } from "../../../components/api/slots";
import type { Machine } from "../../machine/machine";
import { CannotRehearseError } from "../../system/preflight";
import type { Rehearsal } from "../../rehearsal";
import type { Version } from "../../build/api-images";
import { until } from "../../system/process";

/** The API's nodes of a rehearsal. */
export class ApiNodes {
  readonly machines: readonly Machine[];

  /** Throws CannotRehearseError if stand-in servers replace the API. */
  constructor(private readonly rehearsal: Rehearsal) {
    this.machines = rehearsal.machines.filter(({ host }) => host.services.includes("api"));
    if (rehearsal.stack.registry === undefined) {
      throw new CannotRehearseError("the API's nodes run no containers: boot the nodes of all services");
    }
  }

  /** Full image reference of a version. */
  image(version: Version): string {
    return this.rehearsal.stack.registry!.images[version]!;
  }

  /** Requests a release like an update of the stack. */
  async release(version: Version): Promise<void> {
    await this.rehearsal.storage.put(this.rehearsal.bucket("bootstrap"), RELEASE_KEY, Buffer.from(this.image(version)));
  }

  /** Waits until all nodes serve a version; false after `timeoutMs`. */
  serve(version: Version, timeoutMs: number): Promise<boolean> {
    return this.all(`${RELEASE_STATE}/current`, version, timeoutMs);
  }

  /** Waits until all nodes have refused a version; false after `timeoutMs`. */
  refuse(version: Version, timeoutMs: number): Promise<boolean> {
    return this.all(REFUSED_FILE, version, timeoutMs);
  }

  /** Waits until all containers of all nodes are ready; false after `timeoutMs`. */
  ready(timeoutMs: number): Promise<boolean> {
    return until(async () => (await this.every(READY)).every(Boolean), timeoutMs, 500);
  }

  /** Whether every running container on all nodes is of this version. */
  async run(version: Version): Promise<boolean> {
    const command = `[[ $(podman ps --format '{{.Image}}' | sort -u) == ${this.image(version)} ]]`;
    return (await this.every(command)).every(Boolean);
  }

  private async all(file: string, version: Version, timeoutMs: number): Promise<boolean> {
    const command = `[[ $(cat ${file}) == ${this.image(version)} ]]`;
    return until(async () => (await this.every(command)).every(Boolean), timeoutMs, 500);
  }

  private every(command: string): Promise<boolean[]> {
    return Promise.all(
      this.machines.map(async (machine) => (await machine.attempt(["bash", "-c", command])).code === 0),
    );
  }
}

/** Succeeds if the container of each slot is ready. */
const READY = `for port in $(grep -oP '127\\.0\\.0\\.1:\\K[0-9]+' ${UPSTREAM_FILE}); do
  curl -fsS -o /dev/null --max-time 3 http://127.0.0.1:$port/ready || exit 1
done`;

/** Port of a serving container of a node. */
export async function servingPort(machine: Machine): Promise<number> {
  const [first, second] = slotPorts(0);
  const text = await machine.run(["cat", UPSTREAM_FILE]);
  return text.includes(`:${first} `) ? first : second;
}
