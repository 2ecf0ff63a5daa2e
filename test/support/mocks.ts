import * as pulumi from "@pulumi/pulumi";
import { record, type Recorded, type RecordArgs } from "../../tools/plan/record";

/** A resource as a component asked for it. */
export interface Registered extends Recorded {
  /** Inputs whose changes are left alone once the resource exists. */
  readonly ignoreChanges: readonly string[];
}

export interface MocksArgs extends Pick<RecordArgs, "made"> {
  /** Whether the program believes that it previews. */
  readonly preview: boolean;
}

interface Request {
  getType(): string;
  getName(): string;
  getIgnorechangesList(): string[];
}

interface Monitor {
  registerResource(request: Request, ...rest: unknown[]): unknown;
}

/**
 * Runs a piece of a program under mocks and says what it registered, without the stack itself. Rejects when it asks a
 * cloud for anything, and with whatever it throws. What it can't show is whether a cloud would accept the inputs.
 */
export async function withMocks(program: () => unknown, { preview, made }: MocksArgs): Promise<Registered[]> {
  const ignored = new Map<string, readonly string[]>();
  const { resources } = await record(
    async () => {
      const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
      const register = monitor.registerResource.bind(monitor);
      monitor.registerResource = (request, ...rest) => {
        ignored.set(`${request.getType()}::${request.getName()}`, request.getIgnorechangesList());
        return register(request, ...rest);
      };
      await program();
      return {};
    },
    { project: "test", organization: "organization", stack: "test", preview, ...(made === undefined ? {} : { made }) },
  );
  return resources
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map((resource) => ({ ...resource, ignoreChanges: ignored.get(`${resource.type}::${resource.name}`) ?? [] }));
}
