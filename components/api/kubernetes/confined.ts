import type { types } from "@pulumi/kubernetes";

/** The restricted Pod Security Standard's settings for every container, and a read-only root file system. */
export const CONFINED: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
