import type * as pulumi from "@pulumi/pulumi";
import { machineType } from "../../../../components/model/machine-types";
import { AwsPlatform } from "../../../../components/platform/aws/platform";
import type { GroupSpec, NetworkSpec, StackContext } from "../../../../components/platform/platform";
import type { Recorded } from "../../../../planning/record";
import { withMocks, type MocksArgs } from "../../../support/mocks";

export const CONTEXT: StackContext = {
  cloud: "aws",
  region: "us-east-1",
  zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  account: "",
  prefix: "ape-test",
  bucketSuffix: "1a2b3c4d",
  kmsKey: "",
  image: "",
  packageMirror: "",
  protectData: true,
  labels: { project: "ape", "cost-centre": "cc" },
};

export const NETWORK: NetworkSpec = {
  cidr: "10.60.0.0/16",
  zones: 1,
  nat: "one",
  clientCidrs: ["203.0.113.0/24"],
  apiCidrs: [],
  cluster: false,
  services: ["api", "redis"],
  flows: [
    { from: "loadBalancer", to: "api", port: 8443, protocol: "API over TLS" },
    { from: "api", to: "redis", port: 6379, protocol: "Redis over TLS" },
  ],
};

export const GROUP: GroupSpec = {
  name: "api",
  machine: machineType("aws", "t3a.medium")!,
  services: ["api"],
  userData: "#!/bin/bash\n",
  secrets: ["node-api"],
  grants: [],
  minNodes: 2,
  maxNodes: 5,
  targetCpuPercent: 70,
  bootstrap: "0123456789abcdef",
  spotPercent: 0,
  health: { port: 8443, path: "/ready" },
};

interface Settings extends Pick<MocksArgs, "computed"> {
  readonly context?: Partial<StackContext>;
}

/** Runs a part of a program with a platform, as an update registers it. */
export function deploy(
  program: (platform: AwsPlatform, opts: pulumi.ResourceOptions) => void,
  { context, computed }: Settings = {},
): Promise<Recorded[]> {
  return withMocks(
    () => {
      const platform = new AwsPlatform({ ...CONTEXT, ...context });
      program(platform, { provider: platform.provider });
    },
    { preview: false, computed },
  );
}

export function only(resources: readonly Recorded[], type: string): Recorded[] {
  return resources.filter((resource) => resource.type === type);
}
