import { createServer, type AddressInfo } from "node:net";

/** A free TCP port on the loopback interface: `preferred` if it is free, otherwise any. */
export function freePort(preferred = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", (error: NodeJS.ErrnoException) => {
      if (preferred !== 0 && error.code === "EADDRINUSE") {
        freePort().then(resolve, reject);
      } else {
        reject(error);
      }
    });
    server.listen(preferred, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
