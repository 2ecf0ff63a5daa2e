import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import type { KubernetesVersion } from "../../../../components/model/kubernetes-versions";
import type { Manifest } from "./manifests";

/** The release of each minor version whose schemas are used: versions of the Go module of Kubernetes. */
const RELEASES: Readonly<Record<KubernetesVersion, string>> = {
  "1.37": "v1.37.2",
  "1.36": "v1.36.3",
  "1.35": "v1.35.4",
};

/** A schema as the API server publishes it (OpenAPI 2). */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; version: string; kind: string }[];
}

/** Validates manifests against the published schemas of a version. */
export class Schemas {
  private constructor(
    private readonly ajv: Ajv,
    private readonly names: ReadonlyMap<string, string>,
  ) {}

  /** Reads the schemas from the module in Go's cache. */
  static of(version: KubernetesVersion): Schemas {
    const said = execFileSync("go", ["mod", "download", "-json", `k8s.io/kubernetes@${RELEASES[version]}`], {
      encoding: "utf8",
    });
    const { Dir: folder } = JSON.parse(said) as { Dir: string };
    const { definitions } = JSON.parse(readFileSync(join(folder, "api/openapi-spec/swagger.json"), "utf8")) as {
      definitions: Record<string, Schema>;
    };
    const names = Object.entries(definitions).flatMap(([name, schema]) =>
      (schema["x-kubernetes-group-version-kind"] ?? []).map(
        ({ group, version: of, kind }) => [`${group === "" ? of : `${group}/${of}`} ${kind}`, name] as const,
      ),
    );
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const strict = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, strictly(schema)]));
    ajv.addSchema({ $id: "kubernetes", definitions: strict });
    return new Schemas(ajv, new Map(names));
  }

  /** Each violation with its path. Empty means that the manifest is valid. */
  problems(manifest: Manifest): string[] {
    const name = this.names.get(`${manifest.apiVersion} ${manifest.kind}`);
    if (name === undefined) {
      return [`no kind ${manifest.kind} in ${manifest.apiVersion}`];
    }
    const validate = this.ajv.getSchema(`kubernetes#/definitions/${name}`) as ValidateFunction;
    validate(manifest);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${manifest.kind}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }
}

/** The same schema, but rejecting unknown fields and accepting Kubernetes' own scalar types. */
function strictly(schema: Schema): object {
  if (schema.format === "int-or-string") {
    return { type: ["integer", "string"] };
  }
  const properties = Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, strictly(inner)] as const);
  return {
    ...schema,
    ...(schema.items === undefined ? {} : { items: strictly(schema.items) }),
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(typeof schema.additionalProperties === "object"
      ? { additionalProperties: strictly(schema.additionalProperties) }
      : {}),
    ...(properties.length > 0 && schema.additionalProperties === undefined ? { additionalProperties: false } : {}),
  };
}
