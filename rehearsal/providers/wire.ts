import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { SECRET_SIGNATURE, SIGNATURE } from "../../planning/record";

export type Properties = Readonly<Record<string, unknown>>;

/** Properties of a message, as the engine sent them: secrets are wrapped, unknown values are the SDK's marker. */
export function properties(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

/** A message of properties. Those that are undefined are left out. */
export function toStruct(values: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** A value without the wrappers of secrets. */
export function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(unwrapped);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const object = value as Properties;
  if (object[SIGNATURE] === SECRET_SIGNATURE) {
    return unwrapped(object.value);
  }
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, unwrapped(inner)]));
}

/** Text that is equal for equal values, whatever the order of their keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Names of the properties that differ. */
export function differing(before: Properties, after: Properties): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.filter((name) => canonical(before[name]) !== canonical(after[name]));
}
