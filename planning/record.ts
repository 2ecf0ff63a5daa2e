import * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { runInPulumiStack } from "@pulumi/pulumi/runtime/stack";

/** Internal to Pulumi. Constructors register asynchronously, and only this reports that all registrations are done. */
const { waitForRPCs } = settings as unknown as { readonly waitForRPCs: () => Promise<void> };

/** A resource as the program registered it. */
export interface Recorded {
  readonly urn: string;
  /** The id in the cloud. Empty in a preview and for components. */
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** False for components, which exist only in the program. */
  readonly custom: boolean;
  readonly parent: string;
  /** Inputs. `SECRET` replaces secrets, `UNKNOWN` values that the cloud assigns at deployment. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  /** Inputs whose changes the engine ignores once the resource exists. */
  readonly ignoreChanges: readonly string[];
}

/** A resource as the engine passes it to policies: secrets in plain text, unknown values with the SDK's marker. */
export interface Judged extends Pick<
  Recorded,
  "urn" | "type" | "name" | "parent" | "dependsOn" | "protect" | "retainOnDelete"
> {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** For each input, the URNs of the resources that its value depends on. */
  readonly references: Readonly<Record<string, readonly string[]>>;
}

export interface Recording {
  readonly resources: readonly Recorded[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The same resources for policies, with secrets. A function, so that printing a recording does not print them. */
  readonly judged: () => readonly Judged[];
}

export interface RecordArgs {
  readonly project: string;
  readonly organization: string;
  readonly stack: string;
  /** True: the program runs as in a preview, with unknown outputs. False: as in an update, with mocked outputs. */
  readonly preview: boolean;
  /** Outputs that the cloud would add to a resource's inputs, including `id`. Default: an id that ends in "-id". */
  readonly computed?: (resource: pulumi.runtime.MockResourceArgs) => Record<string, unknown>;
  /** Show secrets. Only for a rehearsal, whose secrets are generated for it. Default: false. */
  readonly reveal?: boolean;
}

export const SECRET = "[secret]";
export const UNKNOWN = "[known after deployment]";

/** The current recording. Recordings must not overlap, because Pulumi has one set of mocks per process. */
let current: Promise<unknown> = Promise.resolve();

/** Runs a program with Pulumi's mocks and records every resource that it registers. Concurrent calls wait for each other. */
export function record(program: () => Promise<object>, args: RecordArgs): Promise<Recording> {
  const recording = current.catch(() => undefined).then(() => recordAlone(program, args));
  current = recording;
  return recording;
}

async function recordAlone(program: () => Promise<object>, args: RecordArgs): Promise<Recording> {
  await pulumi.runtime.setMocks(mocks(args), args.project, args.stack, args.preview, args.organization);
  const recorded = listen(args);
  return withoutTraces(async () => {
    let outputs: object = {};
    await runInPulumiStack(async () => (outputs = await program()));
    await waitForRPCs();
    const settled = await settle(outputs);
    const pairs = await Promise.all(recorded);
    settings.disconnectSync(); // also stops the server through which an engine would call the program's hooks
    return {
      resources: pairs.map(({ shown }) => shown),
      outputs: settled,
      judged: () => pairs.map(({ judged }) => (judged.type === STACK_TYPE ? { ...judged, inputs: settled } : judged)),
    };
  });
}

/** Internal to Pulumi: the source positions that it sends to the engine with each resource. Mocks ignore them. */
const positions = pulumi.Resource as unknown as { callsites: () => unknown[] };

/**
 * Disables stack traces: Pulumi formats one for every promise, which with source maps takes 90 % of a plan's time, and one
 * without a limit for every resource, which takes a quarter of the rest.
 */
async function withoutTraces<T>(run: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  const { callsites } = positions;
  Error.stackTraceLimit = 0;
  positions.callsites = () => [];
  try {
    return await run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    positions.callsites = callsites;
  }
}

function mocks(args: RecordArgs): pulumi.runtime.Mocks {
  return {
    newResource: (resource) => {
      const { id = `${resource.name}-id`, ...computed } = args.computed?.(resource) ?? {};
      return {
        id: args.preview ? undefined : (id as string),
        state: { ...(resource.inputs as object), ...computed },
      };
    },
    call: ({ token }) => {
      throw new Error(`the program must plan without cloud access, but calls ${token}`);
    },
  };
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDeletebeforereplace(): boolean;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getPropertydependenciesMap(): { entries(): Iterable<[property: string, on: { getUrnsList(): string[] }]> };
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

interface Response {
  getUrn(): string;
  getId(): string;
}

interface Monitor {
  registerResource(request: Request, callback: (error: unknown, response: Response) => void): unknown;
  registerErrorHook(request: unknown, callback: (error: null, response: object) => void): unknown;
  newUrn(parent: string, type: string, name: string): string;
}

export const STACK_TYPE = "pulumi:pulumi:Stack";

/** The URN as the engine builds it, with the types of all parents. Pulumi's mocks include only the nearest. */
function engineUrn(args: RecordArgs): Monitor["newUrn"] {
  return (parent, type, name) => {
    const above = parent === "" ? STACK_TYPE : parent.split("::")[2]!;
    const qualified = above === STACK_TYPE ? type : `${above}$${type}`;
    return `urn:pulumi:${args.stack}::${args.project}::${qualified}::${name}`;
  };
}

/** Records requests on their way to the monitor, because mocks receive only names and inputs, not protection and dependencies. */
function listen(args: RecordArgs): Promise<Pair>[] {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  monitor.newUrn = engineUrn(args);
  // The mocks do not implement hooks. Nothing fails under them, so no hook would run.
  monitor.registerErrorHook = (_request, callback) => callback(null, {});
  const register = monitor.registerResource.bind(monitor);
  const recorded: Promise<Pair>[] = [];
  monitor.registerResource = (request, callback) => {
    let done: (pair: Pair) => void;
    recorded.push(new Promise((resolve) => (done = resolve)));
    return register(request, (error, response) => {
      if (!error) {
        const shown = describe(request, response.getUrn(), response.getId(), args.reveal ?? false);
        done({ shown, judged: judgedOf(request, shown) });
      }
      callback(error, response);
    });
  };
  return recorded;
}

function describe(request: Request, urn: string, id: string, reveal: boolean): Recorded {
  return {
    urn,
    id,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    inputs: plain(request.getObject()?.toJavaScript() ?? {}, reveal) as Record<string, unknown>,
    dependsOn: [...request.getDependenciesList()].sort(),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

interface Pair {
  readonly shown: Recorded;
  readonly judged: Judged;
}

function judgedOf(request: Request, { urn, type, name, parent, dependsOn, protect, retainOnDelete }: Recorded): Judged {
  return {
    urn,
    type,
    name,
    parent,
    dependsOn,
    protect,
    retainOnDelete,
    inputs: plain(request.getObject()?.toJavaScript() ?? {}, true, pulumi.runtime.unknownValue) as Judged["inputs"],
    references: Object.fromEntries(
      [...request.getPropertydependenciesMap().entries()].map(([property, on]) => [property, on.getUrnsList()]),
    ),
  };
}

/** Markers of special values in Pulumi's wire format and states: the key of the marker, and its value for a secret. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

function plain(value: unknown, reveal: boolean, unknown = UNKNOWN): unknown {
  if (value === pulumi.runtime.unknownValue) {
    return unknown;
  }
  if (Array.isArray(value)) {
    return value.map((inner) => plain(inner, reveal, unknown));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const object = value as Record<string, unknown>;
  if (object[SIGNATURE] === SECRET_SIGNATURE) {
    return reveal ? plain(object.value, reveal, unknown) : SECRET;
  }
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, plain(inner, reveal, unknown)]));
}

/** Outputs as plain values, with secrets replaced. */
async function settle(outputs: object): Promise<Record<string, unknown>> {
  return plain(await pulumi.runtime.serializeProperty("outputs", outputs), false) as Record<string, unknown>;
}
