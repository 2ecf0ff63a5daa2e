import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { MANAGED_CERTIFICATE } from "../../components/platform/platform";
import { text, type Parser } from "./parsers";

/** A name that each cloud writes in its own format. */
export interface CloudFormat {
  readonly patterns: Readonly<Record<Cloud, RegExp>>;
  /** The patterns in words. */
  readonly words: Readonly<Record<Cloud, string>>;
  readonly examples: Readonly<Record<Cloud, string>>;
}

const PROJECT = "[a-z][a-z0-9-]{4,28}[a-z0-9]";
const GCP_NAME = "[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?";

export const ACCOUNT: CloudFormat = {
  patterns: { aws: /^\d{12}$/, gcp: new RegExp(`^${PROJECT}$`) },
  words: { aws: "a 12-digit AWS account id", gcp: "a Google Cloud project id" },
  examples: { aws: '"123456789012"', gcp: "ape-production" },
};

export const IMAGE: CloudFormat = {
  patterns: {
    aws: /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/,
    gcp: new RegExp(`^projects/${PROJECT}/global/images/${GCP_NAME}$`),
  },
  words: { aws: "an AMI id", gcp: "projects/<project>/global/images/<name>" },
  examples: { aws: "ami-0123456789abcdef0", gcp: "projects/ape-production/global/images/debian-13" },
};

export const KMS_KEY: CloudFormat = {
  patterns: {
    aws: /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-zA-Z-]+$/,
    gcp: new RegExp(`^projects/${PROJECT}/locations/[a-z0-9-]+/keyRings/[\\w-]{1,63}/cryptoKeys/[\\w-]{1,63}$`),
  },
  words: {
    aws: "the ARN of a KMS key",
    gcp: "projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>",
  },
  examples: {
    aws: "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    gcp: "projects/ape-production/locations/us-central1/keyRings/ape/cryptoKeys/disks",
  },
};

export const CERTIFICATE: CloudFormat = {
  patterns: {
    aws: new RegExp(`^(?:${MANAGED_CERTIFICATE}|arn:aws:acm:[a-z0-9-]+:\\d{12}:certificate/[0-9a-f-]+)$`),
    gcp: new RegExp(
      `^(?:(?:https://(?:www|compute)\\.googleapis\\.com/compute/v1/)?projects/${PROJECT}/global/sslCertificates/)?${GCP_NAME}$`,
    ),
  },
  words: {
    aws: `${MANAGED_CERTIFICATE} (AWS issues and renews it) or the ARN of an ACM certificate`,
    gcp: `${MANAGED_CERTIFICATE} (Google issues and renews it) or the name or self link of a global SSL certificate`,
  },
  examples: {
    aws: "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
    gcp: "projects/ape-production/global/sslCertificates/ape",
  },
};

export const DNS_ZONE: CloudFormat = {
  patterns: { aws: /^Z[A-Z0-9]{5,31}$/, gcp: new RegExp(`^${GCP_NAME}$`) },
  words: { aws: "the id of a public Route 53 zone", gcp: "the name of a public Cloud DNS zone of the same project" },
  examples: { aws: "Z0123456789ABCDEFGHIJ", gcp: "example-com" },
};

/** The region in a cloud's name of a key or certificate; undefined when the name has none or works in every region. */
export const REGION_IN_NAME: Readonly<Record<Cloud, (name: string) => string | undefined>> = {
  aws: (arn) => arn.split(":")[3],
  gcp: () => undefined,
};

/** Accepts the format of every cloud; a rule checks that of the stack's cloud. */
export function inAnyCloud({ patterns }: CloudFormat): Parser<string> {
  return text(new RegExp(CLOUDS.map((cloud) => patterns[cloud].source).join("|")));
}

/** What a format accepts, in words: the empty string with its meaning, then each cloud. */
export function allowedOf({ words }: CloudFormat, empty: string): string {
  return [`"" (${empty})`, ...CLOUDS.map((cloud) => `on ${cloud} ${words[cloud]}`)].join("; ");
}
