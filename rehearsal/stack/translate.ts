import type { Cloud } from "../../components/model/cloud";
import { awsStack } from "./aws";
import { gcpStack } from "./gcp";
import type { LocalStack } from "./local-stack";
import { Resources, type Resource } from "./resources";

const TRANSLATIONS: Readonly<Record<Cloud, typeof awsStack>> = { aws: awsStack, gcp: gcpStack };

/** What a cloud's resources mean on one machine. Pure: the same for planned resources and for those that an engine created. */
export function stackOf(cloud: Cloud, stack: string, region: string, resources: readonly Resource[]): LocalStack {
  return TRANSLATIONS[cloud](stack, region, new Resources(resources));
}
