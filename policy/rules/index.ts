import type { Rule } from "../rule";
import { AVAILABILITY_RULES } from "./availability";
import { BACKUP_RULES } from "./backups";
import { DISK_RULES } from "./disks";
import { LABEL_RULES } from "./labels";
import { SCALING_RULES } from "./scaling";
import { TIER_RULES } from "./tier-limits";

/** The rules by what they are about: each a part of docs/policies.md. */
export const SUBJECTS: readonly { readonly title: string; readonly rules: readonly Rule[] }[] = [
  { title: "Tier limits", rules: TIER_RULES },
  { title: "Scaling", rules: SCALING_RULES },
  { title: "Availability", rules: AVAILABILITY_RULES },
  { title: "Disks", rules: DISK_RULES },
  { title: "Backups", rules: BACKUP_RULES },
  { title: "Labels", rules: LABEL_RULES },
];

/** Every rule, in the order in which they are documented. */
export const RULES: readonly Rule[] = SUBJECTS.flatMap(({ rules }) => rules);
