import { BACKUP_RETENTION_DAYS } from "../../tiers";
import { whole } from "../parsers";
import { overrides } from "../sizes";
import { key } from "./key";

/** Sizes of the services, and how long their backups are retained. */
export const DATA_KEYS = {
  overrides: key({
    type: "object",
    default: {},
    allowed: "an object of services with the sizes listed in docs/configuration.md",
    example: "{ neo4j: { heapGiB: 6 } }",
    description: "Sizes that replace those of the tier.",
    parse: overrides,
  }),
  backupRetentionDays: key({
    type: "integer",
    default: BACKUP_RETENTION_DAYS,
    ...whole(30, 3650),
    example: "90",
    description: "Days that a backup can be restored.",
  }),
};
