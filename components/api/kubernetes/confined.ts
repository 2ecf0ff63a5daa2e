import type { types } from "@pulumi/kubernetes";

/** What the restricted Pod Security Standard asks of every container, and a root file system that nobody writes. */
export const CONFINED: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
