import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** Unix socket of the stand-ins for the stack's owner: network namespaces share the file system. */
export function ownerSocket(state: string): string {
  return join(state, "owner.sock");
}

export const RELOAD_PATH = "/rehearsal/reload";

/** Makes the stand-ins use the stack as it is stored now. */
export async function reloadStandIns(state: string): Promise<void> {
  const { statusCode, body } = await new Promise<{ statusCode: number; body: string }>((resolve, reject) => {
    const sent = request({ socketPath: ownerSocket(state), path: RELOAD_PATH, method: "POST" }, (answered) => {
      text(answered).then((body) => resolve({ statusCode: answered.statusCode!, body }), reject);
    });
    sent.on("error", reject);
    sent.end();
  });
  if (statusCode !== 200) {
    throw new Error(`the stand-ins refuse the changed stack: ${body}`);
  }
}
