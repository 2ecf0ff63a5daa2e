/** Where the API's containers run: on VMs of the stack, or in a Kubernetes cluster. */
export const API_RUNTIMES = ["vm", "kubernetes"] as const;

/** Whether the stack uses an existing Kubernetes cluster or creates one. */
export const CLUSTERS = ["existing", "new"] as const;
