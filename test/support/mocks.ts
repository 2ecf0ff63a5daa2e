import { record, type Recorded, type RecordArgs } from "../../planning/record";

export interface MocksArgs extends Pick<RecordArgs, "computed"> {
  /** Whether the program runs as a preview. */
  readonly preview: boolean;
}

/**
 * Runs a part of a program with mocks and returns the registered resources without the stack itself. Rejects if the program
 * calls a cloud API or throws. It cannot show whether a cloud would accept the inputs.
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
