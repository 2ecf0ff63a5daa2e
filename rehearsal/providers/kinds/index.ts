import type { Kind, Kinds } from "../kind";
import { AWS_MACHINES } from "./aws-machines";
import { AWS_RECORDS } from "./aws-records";
import { GCP_MACHINES } from "./gcp-machines";
import { GCP_RECORDS } from "./gcp-records";
import { STORAGE } from "./storage";

const KINDS: Kinds = {
  ...AWS_MACHINES,
  ...AWS_RECORDS,
  ...GCP_MACHINES,
  ...GCP_RECORDS,
  ...STORAGE,
  "random:index/randomPassword:RandomPassword": { replacedBy: ["length", "special", "keepers"] },
};

const RECORD: Kind = {};

/** How a cloud treats a type; one that it has no rules for is a plain record. */
export function kindOf(type: string): Kind {
  return KINDS[type] ?? RECORD;
}
