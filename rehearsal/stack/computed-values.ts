import { createHash, createHmac } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";

/** Id prefixes of the clouds, by resource type. */
const ID_PREFIXES: Readonly<Record<string, string>> = {
  "aws:ec2/instance:Instance": "i-",
  "aws:ec2/securityGroup:SecurityGroup": "sg-",
  "aws:ec2/subnet:Subnet": "subnet-",
  "aws:ebs/volume:Volume": "vol-",
};
const ID_LENGTH = 17;

/** What scaling groups launch. Another content is another template, or another version of it. */
const VERSIONED: readonly string[] = [
  "aws:ec2/launchTemplate:LaunchTemplate",
  "gcp:compute/instanceTemplate:InstanceTemplate",
];

/**
 * Values that a cloud would compute: ids, names and generated passwords. They depend only on the seed, so that a stack
 * that is planned again still matches the data on its disks.
 */
export function computedValues(seed: string): (resource: pulumi.runtime.MockResourceArgs) => Record<string, unknown> {
  return ({ type, name, inputs }) => {
    const given = inputs as Readonly<Record<string, unknown>>;
    const content = VERSIONED.includes(type) ? JSON.stringify(inputs) : "";
    const id = `${ID_PREFIXES[type] ?? `${type.split(":").at(-1)}-`}${digest(`${type} ${name}${content}`).slice(0, ID_LENGTH)}`;
    const email = `${(given.accountId as string | undefined) ?? name}@rehearsal.iam.gserviceaccount.com`;
    return {
      id,
      ...(given.name === undefined ? { name } : {}),
      arn: `arn:aws:rehearsal:::${name}`,
      latestVersion: Number.parseInt(digest(content).slice(0, 8), 16),
      selfLinkUnique: id,
      email,
      member: `serviceAccount:${email}`,
      ...(type === "random:index/randomPassword:RandomPassword"
        ? { result: password(seed, name, given.length as number) }
        : {}),
    };
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A password of letters and digits. */
function password(seed: string, name: string, length: number): string {
  let text = "";
  for (let block = 0; text.length < length; block++) {
    text += createHmac("sha256", seed)
      .update(`${name} ${block}`)
      .digest("base64")
      .replace(/[^A-Za-z0-9]/g, "");
  }
  return text.slice(0, length);
}
