import * as sdk from "@pulumi/policy";

/** Exported by the SDK, but missing from its types. */
const { UnknownValueError, unknownCheckingProxy } = sdk as unknown as {
  readonly UnknownValueError: new (...args: never) => Error;
  readonly unknownCheckingProxy: (properties: Properties) => Properties;
};

/** An object with named properties. */
export type Properties = Readonly<Record<string, unknown>>;

/** A value that a rule requires is not known yet. The caller reports the rule as unjudged, which counts as violated. */
export class NotKnownError extends Error {
  constructor(
    readonly path: string,
    /** URN of the resource. */
    readonly urn: string,
  ) {
    super(`${path} is not known before deployment`);
  }
}

/**
 * A resource's properties, read by dotted path. Reading a value that is not known yet throws NotKnownError; `has` does not,
 * because a reference to another resource counts as set.
 */
export class ResourceValues {
  /** Results of `plain`: rules of stacks read every resource, and reading is slow. */
  private readonly plains = new Map<string, Properties>();

  private constructor(
    private readonly proxied: Properties,
    private readonly urn: string,
    private readonly prefix = "",
  ) {}

  /** Properties in wire format: unknown values are the SDK's sentinels. */
  static of(properties: Properties, urn: string): ResourceValues {
    return new ResourceValues(unknownCheckingProxy(properties), urn);
  }

  /** Properties that the SDK has already wrapped. */
  static proxied(properties: Properties, urn: string): ResourceValues {
    return new ResourceValues(properties, urn);
  }

  /** The value at a path; undefined if none is set. Throws NotKnownError. */
  get(path: string): unknown {
    return this.known(path, () => {
      let value: unknown = this.proxied;
      for (const name of path.split(".")) {
        if (typeof value !== "object" || value === null) {
          return undefined;
        }
        value = (value as Properties)[name];
      }
      return value ?? undefined;
    });
  }

  text(path: string): string | undefined {
    const value = this.get(path);
    return typeof value === "string" ? value : undefined;
  }

  /** A number, or text that contains one. */
  number(path: string): number | undefined {
    const value = this.get(path);
    if (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)) {
      return Number(value);
    }
    return typeof value === "number" ? value : undefined;
  }

  /** A boolean, or text that contains one, as in launch templates and instance metadata. */
  flag(path: string): boolean | undefined {
    const value = this.get(path);
    if (typeof value === "boolean") {
      return value;
    }
    return typeof value === "string" && /^(true|false)$/i.test(value) ? value.toLowerCase() === "true" : undefined;
  }

  /** The object at a path; empty if there is none. */
  at(path: string): ResourceValues {
    const value = this.get(path);
    return this.inner(typeof value === "object" && value !== null ? value : {}, path);
  }

  /** The objects of a list; a single object counts as a list of one. */
  list(path: string): ResourceValues[] {
    return this.items(path)
      .filter((item): item is Properties => typeof item === "object" && item !== null)
      .map((item) => this.inner(item, path));
  }

  /** The strings of a list; a single string counts as a list of one. */
  strings(path: string): string[] {
    return this.items(path)
      .filter((item) => typeof item === "string" || typeof item === "number")
      .map(String);
  }

  /** Names and values of an object's text properties. */
  texts(path: string): [name: string, text: string][] {
    const object = this.at(path);
    return object.names().flatMap((name): [string, string][] => {
      const value = object.known(name, () => object.proxied[name]);
      return typeof value === "string" ? [[name, value]] : [];
    });
  }

  /** All properties as plain data, with a placeholder for unknown values: for callers that check themselves for required values. */
  plain(unknown: string): Properties {
    const known = this.plains.get(unknown) ?? (plain(this.proxied, unknown) as Properties);
    this.plains.set(unknown, known);
    return known;
  }

  names(): string[] {
    return Object.keys(this.proxied);
  }

  /** Whether a value is set, known or not. */
  has(path: string): boolean {
    try {
      const value = this.get(path);
      return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
    } catch (error) {
      if (error instanceof NotKnownError) {
        return true;
      }
      throw error;
    }
  }

  /** Whether a value is unset or known before deployment. */
  isKnown(path: string): boolean {
    try {
      this.get(path);
      return true;
    } catch (error) {
      if (error instanceof NotKnownError) {
        return false;
      }
      throw error;
    }
  }

  private items(path: string): unknown[] {
    const value = this.get(path);
    if (!Array.isArray(value)) {
      return value === undefined ? [] : [value];
    }
    return this.known(path, () => Array.from({ length: value.length }, (_, index) => (value as unknown[])[index]));
  }

  private inner(value: object, path: string): ResourceValues {
    return new ResourceValues(value as Properties, this.urn, `${this.prefix}${path}.`);
  }

  private known<T>(path: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof UnknownValueError ? new NotKnownError(`${this.prefix}${path}`, this.urn) : error;
    }
  }
}

function plain(value: unknown, unknown: string): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const read = (key: string): unknown => {
    try {
      return plain((value as Properties)[key], unknown);
    } catch (error) {
      if (error instanceof UnknownValueError) {
        return unknown;
      }
      throw error;
    }
  };
  return Array.isArray(value)
    ? Object.keys(value).map(read)
    : Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}
