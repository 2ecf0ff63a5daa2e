import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { CLOUDS } from "../../components/model/cloud";
import type { CallLog } from "./call-log";
import { provider } from "./provider";
import type { SimulatedCloud } from "./simulated-cloud";

/** Providers that the program uses and the simulated cloud offers. The program's resources in Kubernetes need a cluster. */
const PROVIDERS = [...CLOUDS, "random"] as const;

/** Running providers. */
export interface Providers {
  /** Value of PULUMI_DEBUG_PROVIDERS, by which an engine finds them. */
  readonly addresses: string;
  stop(): void;
}

/** Starts the providers of a simulated cloud on free ports of the loopback interface. */
export async function startProviders(cloud: SimulatedCloud, log: CallLog): Promise<Providers> {
  const servers = await Promise.all(
    PROVIDERS.map(async (name) => {
      const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
      server.addService(ResourceProviderService, provider(name, cloud, log));
      const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
          error === null ? resolve(bound) : reject(error),
        ),
      );
      return { name, port, server };
    }),
  );
  return {
    addresses: servers.map(({ name, port }) => `${name}:${port}`).join(","),
    stop: () => servers.forEach(({ server }) => server.forceShutdown()),
  };
}
