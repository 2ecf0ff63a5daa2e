import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import type { Judged } from "../../planning/record";

/** What a pack says of a resource, or of a stack. */
export interface Diagnostic {
  readonly policy: string;
  readonly message: string;
  readonly urn: string;
  /** Whether it stops the update. */
  readonly mandatory: boolean;
}

/** A policy pack as Pulumi's engine runs it: a separate process with a gRPC interface. */
export class EnginePack {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: AnalyzerClient,
  ) {}

  /** Starts the pack in a folder. The stack's config reaches it by environment, as the engine hands it over. */
  static async start(
    folder: string,
    config: Readonly<Record<string, string>> = {},
    stack = "test",
  ): Promise<EnginePack> {
    const run = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [run, "127.0.0.1:0", "."], {
      cwd: folder,
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_NODEJS_STACK: stack,
        PULUMI_NODEJS_TYPESCRIPT: "false",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`the pack ended with ${code} instead of saying its port`)));
    });
    const client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
    });
    return new EnginePack(child, client);
  }

  info(): Promise<analyzer.AnalyzerInfo.AsObject> {
    return new Promise((resolve, reject) =>
      this.client.getAnalyzerInfo(new Empty(), (error, info) => (error ? reject(error) : resolve(info.toObject()))),
    );
  }

  /** Judges a resource's inputs, before anything happens to it. */
  async analyze(resource: Judged): Promise<Diagnostic[]> {
    return new Promise((resolve, reject) =>
      this.client.analyze(requestFor(resource), (error, response) =>
        error ? reject(error) : resolve(diagnostics(response)),
      ),
    );
  }

  /** A resource's inputs as the pack remediates them, if configured to. */
  async remediate(resource: Judged): Promise<Record<string, unknown>[]> {
    return new Promise((resolve, reject) =>
      this.client.remediate(requestFor(resource), (error, response) =>
        error
          ? reject(error)
          : resolve(response.getRemediationsList().map((each) => each.getProperties()!.toJavaScript())),
      ),
    );
  }

  /** Sets a policy's level, as `--policy-pack-config` does. */
  configure(
    policy: string,
    level: "remediate" | "mandatory",
    settings: Readonly<Record<string, number>> = {},
  ): Promise<void> {
    const request = new analyzer.ConfigureAnalyzerRequest();
    const config = new analyzer.PolicyConfig();
    config.setEnforcementlevel(
      level === "remediate" ? analyzer.EnforcementLevel.REMEDIATE : analyzer.EnforcementLevel.MANDATORY,
    );
    config.setProperties(Struct.fromJavaScript(settings));
    request.getPolicyconfigMap().set(policy, config);
    return new Promise((resolve, reject) =>
      this.client.configure(request, (error) => (error ? reject(error) : resolve())),
    );
  }

  /** Judges a stack, at the end of a preview or an update. */
  async analyzeStack(resources: readonly Judged[]): Promise<Diagnostic[]> {
    const request = new analyzer.AnalyzeStackRequest();
    request.setResourcesList(resources.map(analyzerResource));
    return new Promise((resolve, reject) =>
      this.client.analyzeStack(request, (error, response) => (error ? reject(error) : resolve(diagnostics(response)))),
    );
  }

  /** A whole preview: each resource, then the stack. */
  async judge(resources: readonly Judged[]): Promise<Diagnostic[]> {
    const found: Diagnostic[] = [];
    for (const resource of resources) {
      found.push(...(await this.analyze(resource)));
    }
    return [...found, ...(await this.analyzeStack(resources))];
  }

  stop(): void {
    this.client.close();
    this.process.removeAllListeners("exit");
    this.process.kill();
  }
}

function requestFor(resource: Judged): analyzer.AnalyzeRequest {
  const request = new analyzer.AnalyzeRequest();
  request.setUrn(resource.urn);
  request.setType(resource.type);
  request.setName(resource.name);
  request.setProperties(Struct.fromJavaScript(resource.inputs as Record<string, JavaScriptValue>));
  request.setOptions(options(resource));
  return request;
}

function options({ protect }: Judged): analyzer.AnalyzerResourceOptions {
  const made = new analyzer.AnalyzerResourceOptions();
  made.setProtect(protect);
  return made;
}

function analyzerResource(resource: Judged): analyzer.AnalyzerResource {
  const made = new analyzer.AnalyzerResource();
  made.setUrn(resource.urn);
  made.setType(resource.type);
  made.setName(resource.name);
  made.setProperties(Struct.fromJavaScript(resource.inputs as Record<string, JavaScriptValue>));
  made.setOptions(options(resource));
  for (const [property, urns] of Object.entries(resource.references)) {
    const on = new analyzer.AnalyzerPropertyDependencies();
    on.setUrnsList([...urns]);
    made.getPropertydependenciesMap().set(property, on);
  }
  return made;
}

function diagnostics(response: analyzer.AnalyzeResponse): Diagnostic[] {
  return response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    message: diagnostic.getMessage(),
    urn: diagnostic.getUrn(),
    mandatory: diagnostic.getEnforcementlevel() === analyzer.EnforcementLevel.MANDATORY,
  }));
}
