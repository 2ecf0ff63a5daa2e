import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { FUNCTIONS, renderScript } from "../node/script";
import { CONTAINER_NAME } from "./containers";
import { FALLBACK, PROXY_SOCKET } from "./haproxy";

/** The command that leads a node to the stores' current addresses. */
export const PEERS_MOVED = "/usr/local/lib/ape/api-peers-moved";

export function peersMovedFile(): NodeFile {
  return {
    path: PEERS_MOVED,
    mode: "0755",
    content: renderScript(
      join(__dirname, "scripts/peers-moved.sh"),
      { PROXY_SOCKET, FALLBACK, CONTAINERS: CONTAINER_NAME },
      [FUNCTIONS.stopWith],
    ),
  };
}
