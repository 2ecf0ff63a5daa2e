import { ACCOUNT, IMAGE, KMS_KEY, allowedOf, inAnyCloud } from "../formats";
import { day, emptyOr, text } from "../parsers";
import { key } from "./key";

/** The account that the stack is deployed to, and what its resources are created with. */
export const PLATFORM_KEYS = {
  account: key({
    type: "string",
    default: "",
    allowed: allowedOf(ACCOUNT, "the account of the credentials, or gcp:project on gcp"),
    example: ACCOUNT.examples.aws,
    description: "Account or project that the stack must be deployed to.",
    parse: emptyOr(inAnyCloud(ACCOUNT)),
  }),
  image: key({
    type: "string",
    default: "",
    allowed: allowedOf(IMAGE, "the Debian 13 image pinned for the region"),
    example: IMAGE.examples.aws,
    description: "Boot image of the nodes: Debian 13 for x86_64.",
    parse: emptyOr(inAnyCloud(IMAGE)),
  }),
  kmsKey: key({
    type: "string",
    default: "",
    allowed: allowedOf(KMS_KEY, "the cloud's default key"),
    example: KMS_KEY.examples.aws,
    description: "Customer-managed key that encrypts disks, buckets and secrets.",
    parse: emptyOr(inAnyCloud(KMS_KEY)),
  }),
  bucketSuffix: key({
    type: "string",
    default: "",
    allowed:
      '"" (8 hex digits derived from organization, project and stack) or 1 to 20 of a-z, 0-9 and -, a letter or digit at both ends',
    example: "ape-a1",
    description: "Suffix of all bucket names, which must be globally unique. Changing it creates new, empty buckets.",
    parse: emptyOr(text(/^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/)),
  }),
  certificatesFrom: key({
    type: "string",
    default: "2026-01-01",
    allowed: "a day, YYYY-MM-DD",
    example: '"2026-01-01"',
    description: "First day of validity of the stack's internal certificates. A later day issues new ones.",
    parse: day,
  }),
};
