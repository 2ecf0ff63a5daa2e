/**
 * Kubernetes minor versions that manifests are validated against and that a new cluster may run: the three that upstream
 * supports, newest first. Source: https://kubernetes.io/releases/ (each is supported for fourteen months).
 */
export const KUBERNETES_VERSIONS = ["1.37", "1.36", "1.35"] as const;
export type KubernetesVersion = (typeof KUBERNETES_VERSIONS)[number];

/** Default version of a new cluster. Ours: the second newest, which both clouds have offered for months. */
export const DEFAULT_KUBERNETES_VERSION: KubernetesVersion = "1.36";
