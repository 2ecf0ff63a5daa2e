import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "../../components/model/cloud";
import { cloudStorage, ObjectStore } from "../cloud/gcs";
import { ownerSocket } from "../cloud/owner";
import type { Rehearsal } from "../rehearsal";
import type { LocalStack } from "../stack/local-stack";
import { BootedGround } from "./booted-ground";
import { CallLog } from "./call-log";
import { endpoint, forwardTo } from "./endpoint";
import { startProviders } from "./serve";
import { SimulatedCloud, type Ground } from "./simulated-cloud";
import { readFaults, UnbootedGround } from "./unbooted/ground";
import { s3 } from "./unbooted/s3";

/** A simulated cloud that an engine can use. */
export interface Session {
  /** Environment variables for the engine and the program. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): void;
}

/** File below a session's directory that names what is wrong in the cloud; see `Faults`. */
export const FAULTS_FILE = "faults.json";
/** File with the engine's calls; see `LoggedCall`. */
export const CALLS_FILE = "calls.jsonl";

/** A cloud without machines, for any number of stacks on both clouds. A directory that was used before is continued. */
export async function unbootedSession(directory: string): Promise<Session> {
  mkdirSync(directory, { recursive: true });
  const store = new ObjectStore(join(directory, "objects"));
  const ground = new UnbootedGround(store, () => readFaults(join(directory, FAULTS_FILE)));
  const cloud = cloudIn(directory, { ground, seed: seedIn(directory), region: "", also: {} });
  cloud.stacks().forEach((stack) => ground.resume(stack));
  const gcs = cloudStorage(store);
  const urls = { aws: await endpoint(s3(store)), gcp: await endpoint((i, o) => gcs(i, o, "owner")) };
  const providers = await startProviders(cloud, new CallLog(join(directory, CALLS_FILE), () => new Date()));
  return {
    environment: environment(providers.addresses, { aws: urls.aws.url, gcp: urls.gcp.url }),
    stop: () => {
      ground.stop();
      providers.stop();
      Object.values(urls).forEach(({ server }) => server.close());
    },
  };
}

/** A cloud whose instances boot on this machine. Its stack is the rehearsal's. */
export async function bootedSession(rehearsal: Rehearsal, also: Partial<LocalStack>): Promise<Session> {
  const { state, stack, seed } = rehearsal;
  const ground = new BootedGround(rehearsal);
  const cloud = cloudIn(state, { ground, seed, region: stack.region, also });
  const { server, url } = await endpoint(forwardTo(ownerSocket(state)));
  const providers = await startProviders(cloud, new CallLog(join(state, CALLS_FILE), () => new Date()));
  return {
    environment: environment(providers.addresses, { aws: url, gcp: url }),
    stop: () => {
      providers.stop();
      server.close();
    },
  };
}

function cloudIn(
  directory: string,
  args: { readonly ground: Ground; readonly seed: string; readonly region: string; readonly also: Partial<LocalStack> },
): SimulatedCloud {
  return new SimulatedCloud({
    ...args,
    file: join(directory, "resources.json"),
    now: () => new Date(),
    exhausted: () => readFaults(join(directory, FAULTS_FILE)).exhausted ?? [],
  });
}

function seedIn(directory: string): string {
  const file = join(directory, "seed");
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}

/** Credentials that no cloud accepts: a wrong endpoint must not reach a real account. */
function environment(providers: string, objects: Readonly<Record<Cloud, string>>): Session["environment"] {
  return {
    PULUMI_DEBUG_PROVIDERS: providers,
    AWS_ENDPOINT_URL_S3: objects.aws,
    AWS_ACCESS_KEY_ID: "rehearsal",
    AWS_SECRET_ACCESS_KEY: "rehearsal",
    STORAGE_EMULATOR_HOST: objects.gcp,
  };
}
