import { CLOUDS, type Cloud } from "../components/model/cloud";

/** The cloud whose provider a type token names: "aws:ec2/instance:Instance" is aws. Undefined for other providers, such as Kubernetes. */
export function cloudOfType(type: string): Cloud | undefined {
  return CLOUDS.find((cloud) => type.startsWith(`${cloud}:`));
}
