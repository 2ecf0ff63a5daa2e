import type { Rule } from "../rule";
import { AVAILABILITY_RULES } from "./availability";
import { BACKUP_RULES } from "./backups";
import { BALANCER_RULES } from "./balancers";
import { BUDGET_RULES } from "./budget";
import { BUCKET_RULES } from "./buckets";
import { CLUSTER_RULES } from "./clusters";
import { DISK_RULES } from "./disks";
import { IDENTITY_RULES } from "./identity";
import { INSTANCE_RULES } from "./instances";
import { KEY_RULES } from "./keys";
import { KUBERNETES_RULES } from "./kubernetes";
import { LABEL_RULES } from "./labels";
import { LOG_RULES } from "./logs";
import { NETWORK_RULES } from "./network";
import { SCALING_RULES } from "./scaling";
import { SECRET_RULES } from "./secrets";
import { TIER_RULES } from "./tier-limits";

/** The rules by what they are about: each a part of docs/policies.md. */
export const SUBJECTS: readonly { readonly title: string; readonly rules: readonly Rule[] }[] = [
  { title: "Tier limits", rules: TIER_RULES },
  { title: "Scaling", rules: SCALING_RULES },
  { title: "Availability", rules: AVAILABILITY_RULES },
  { title: "Disks", rules: DISK_RULES },
  { title: "Backups", rules: BACKUP_RULES },
  { title: "Network", rules: NETWORK_RULES },
  { title: "Machines", rules: INSTANCE_RULES },
  { title: "Buckets", rules: BUCKET_RULES },
  { title: "Identity", rules: IDENTITY_RULES },
  { title: "Keys", rules: KEY_RULES },
  { title: "Secrets", rules: SECRET_RULES },
  { title: "Load balancers", rules: BALANCER_RULES },
  { title: "Logs and alarms", rules: LOG_RULES },
  { title: "Clusters", rules: CLUSTER_RULES },
  { title: "Kubernetes", rules: KUBERNETES_RULES },
  { title: "Budget", rules: BUDGET_RULES },
  { title: "Labels", rules: LABEL_RULES },
];

/** Every rule, in the order in which they are documented. */
export const RULES: readonly Rule[] = SUBJECTS.flatMap(({ rules }) => rules);
