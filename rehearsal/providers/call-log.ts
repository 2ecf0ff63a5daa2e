import { appendFileSync } from "node:fs";

/** A call of the engine, with the time that it took. A line of the log, written when it ends. */
export interface LoggedCall {
  readonly method: "create" | "update" | "delete" | "read";
  readonly urn: string;
  /** Begin and end, ISO 8601. */
  readonly begun: string;
  readonly ended: string;
  /** Inputs that an update changes. */
  readonly changed?: readonly string[];
  /** Why the cloud did not carry it out. */
  readonly refused?: string;
}

/** The calls that change something, or read what exists, as JSON lines. */
export class CallLog {
  constructor(
    private readonly file: string,
    private readonly now: () => Date,
  ) {}

  /** Runs a call and logs it. */
  async note<T>(call: Pick<LoggedCall, "method" | "urn" | "changed">, run: () => Promise<T>): Promise<T> {
    const begun = this.now().toISOString();
    const end = (refused?: string): void => {
      const logged: LoggedCall = {
        ...call,
        begun,
        ended: this.now().toISOString(),
        ...(refused === undefined ? {} : { refused }),
      };
      appendFileSync(this.file, `${JSON.stringify(logged)}\n`, { mode: 0o600 });
    };
    try {
      const result = await run();
      end();
      return result;
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}
