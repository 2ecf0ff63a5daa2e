import * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { runInPulumiStack } from "@pulumi/pulumi/runtime/stack";

/** Internal to Pulumi, and the only way to know that nothing is under way any more: constructors register asynchronously. */
const { waitForRPCs } = settings as unknown as { readonly waitForRPCs: () => Promise<void> };

/** A resource as the program asked for it. */
export interface Recorded {
  readonly urn: string;
  /** What the cloud calls it; empty in a preview and for components. */
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** False for components, which exist in the program only. */
  readonly custom: boolean;
  readonly parent: string;
  /** Inputs with secrets and values that no cloud has made up yet replaced by `SECRET` and `UNKNOWN`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  /** Inputs whose changes are left alone once the resource exists. */
  readonly ignoreChanges: readonly string[];
}

/** A resource as the engine would hand it to policies: secrets in the clear, values not known yet as the SDK marks them. */
export interface Judged extends Pick<
  Recorded,
  "urn" | "type" | "name" | "parent" | "dependsOn" | "protect" | "retainOnDelete"
> {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** By input, the URNs of the resources that its value comes from. */
  readonly references: Readonly<Record<string, readonly string[]>>;
}

export interface Recording {
  readonly resources: readonly Recorded[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The same resources for policies. Never to be shown: a function, so that no printed recording holds it. */
  readonly judged: () => readonly Judged[];
}

export interface RecordArgs {
  readonly project: string;
  readonly organization: string;
  readonly stack: string;
  /** Whether the program believes that it previews (outputs unknown) or updates (outputs made up). */
  readonly preview: boolean;
  /** What a cloud would add to a resource's inputs, its id among them. Default: an id that ends in "-id". */
  readonly computed?: (resource: pulumi.runtime.MockResourceArgs) => Record<string, unknown>;
  /** Show secrets instead of hiding them: for a rehearsal, which makes up its own. Default: false. */
  readonly reveal?: boolean;
}

export const SECRET = "[secret]";
export const UNKNOWN = "[known after deployment]";

/** The recording that is under way: Pulumi has one set of mocks for the whole process. */
let underWay: Promise<unknown> = Promise.resolve();

/** Runs a program under Pulumi's own mocks and writes down every resource that it registers; one after the other. */
export function record(program: () => Promise<object>, args: RecordArgs): Promise<Recording> {
  const recording = underWay.catch(() => undefined).then(() => recordAlone(program, args));
  underWay = recording;
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
    settings.disconnectSync(); // also ends the server that an engine would call the program's hooks by
    return {
      resources: pairs.map(({ shown }) => shown),
      outputs: settled,
      judged: () => pairs.map(({ judged }) => (judged.type === STACK_TYPE ? { ...judged, inputs: settled } : judged)),
    };
  });
}

/** Pulumi formats a stack trace for every promise it makes; with source maps that is nine tenths of a plan's time. */
async function withoutTraces<T>(run: () => Promise<T>): Promise<T> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await run();
  } finally {
    Error.stackTraceLimit = limit;
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
      throw new Error(`the program must plan without a cloud, but calls ${token}`);
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

/** The URN as the engine makes it, with the types of all parents; mocks know the nearest only. */
function engineUrn(args: RecordArgs): Monitor["newUrn"] {
  return (parent, type, name) => {
    const above = parent === "" ? STACK_TYPE : parent.split("::")[2]!;
    const qualified = above === STACK_TYPE ? type : `${above}$${type}`;
    return `urn:pulumi:${args.stack}::${args.project}::${qualified}::${name}`;
  };
}

/** Mocks show names and inputs only; what a request says of protection and order is read on its way to the monitor. */
function listen(args: RecordArgs): Promise<Pair>[] {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  monitor.newUrn = engineUrn(args);
  // Mocks know no hooks: nothing fails under them.
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

/** How Pulumi's wire format and its states mark special values, and a secret among them. */
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

/** Outputs as plain values, secrets hidden. */
async function settle(outputs: object): Promise<Record<string, unknown>> {
  return plain(await pulumi.runtime.serializeProperty("outputs", outputs), false) as Record<string, unknown>;
}
