import { record, type Recorded, type RecordArgs } from "../../planning/record";

export interface MocksArgs extends Pick<RecordArgs, "computed"> {
  /** Whether the program believes that it previews. */
  readonly preview: boolean;
}

/**
 * Runs a piece of a program under mocks and says what it registered, without the stack itself. Rejects when it asks a
 * cloud for anything, and with whatever it throws. What it can't show is whether a cloud would accept the inputs.
 */
export async function withMocks(program: () => unknown, args: MocksArgs): Promise<Recorded[]> {
  const { resources } = await record(
    async () => {
      await program();
      return {};
    },
    { project: "test", organization: "organization", stack: "test", ...args },
  );
  return resources.filter(({ type }) => type !== "pulumi:pulumi:Stack");
}
