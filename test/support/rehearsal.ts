import { assertCanRehearse, CannotRehearseError } from "../../tools/rehearsal/preflight";
import { rehearsed } from "../../tools/rehearsal/rehearsal";

/** Nodes that a test boots at most. */
const NODES = 4;

/** Whether nodes can be booted here; otherwise skips the tests and says why. */
export function canBoot(test: Mocha.Context, stack: string): boolean {
  try {
    assertCanRehearse(NODES);
  } catch (error) {
    if (!(error instanceof CannotRehearseError)) {
      throw error;
    }
    console.log(`      skipped: ${error.message.replace(/\s+/g, " ")}`);
    test.skip();
  }
  if (rehearsed().includes(stack)) {
    console.log(`      skipped: ${stack} is being rehearsed; "npm run rehearse -- down" ends that`);
    test.skip();
  }
  return true;
}
