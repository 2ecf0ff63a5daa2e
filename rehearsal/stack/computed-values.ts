import { createHash, createHmac } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { ADDRESSES } from "../network/network";
import type { Resource } from "./resources";

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
    const id = newId(type, `${name}${VERSIONED.includes(type) ? JSON.stringify(inputs) : ""}`);
    return { id, ...outputs(seed, { type, name, id, inputs: given }) };
  };
}

/** An id as the cloud's: the same text yields the same id. */
export function newId(type: string, text: string): string {
  return `${ID_PREFIXES[type] ?? `${type.split(":").at(-1)}-`}${digest(`${type} ${text}`).slice(0, ID_LENGTH)}`;
}

/** Outputs of a resource that are not inputs, as far as the program reads them. Those with a random part depend on the seed. */
export function outputs(seed: string, { type, name, id, inputs }: Resource): Record<string, unknown> {
  const email = `${(inputs.accountId as string | undefined) ?? name}@rehearsal.iam.gserviceaccount.com`;
  const url = `https://www.googleapis.com/compute/v1/${id}`;
  return {
    ...(inputs.name === undefined ? { name } : {}),
    arn: `arn:aws:rehearsal:::${id}`,
    keyId: id,
    allocationId: id,
    zoneId: "Z0REHEARSAL",
    dnsName: `${name}.rehearsal.internal`,
    selfLink: url,
    selfLinkUnique: id,
    instanceGroup: `${url}/instanceGroup`,
    ...(inputs.address === undefined ? { address: ADDRESSES.balancer } : {}),
    latestVersion: Number.parseInt(digest(JSON.stringify(inputs)).slice(0, 7), 16),
    email,
    member: `serviceAccount:${email}`,
    ...OF_TYPE[type]?.({ type, name, id, inputs }, seed),
  };
}

/** Outputs of single types. */
const OF_TYPE: Readonly<Record<string, (resource: Resource, seed: string) => Record<string, unknown>>> = {
  "random:index/randomPassword:RandomPassword": ({ name, inputs }, seed) => ({
    result: password(seed, name, inputs.length as number),
  }),
  "aws:acm/certificate:Certificate": ({ inputs: { domainName } }) => ({
    domainValidationOptions: [
      {
        domainName,
        resourceRecordName: `_rehearsal.${String(domainName)}`,
        resourceRecordType: "CNAME",
        resourceRecordValue: "_rehearsal.acm-validations.aws",
      },
    ],
  }),
  "aws:acm/certificateValidation:CertificateValidation": ({ inputs }) => ({ certificateArn: inputs.certificateArn }),
  "aws:route53/record:Record": ({ inputs: { name: fqdn } }) => ({ fqdn }),
  "aws:eks/cluster:Cluster": ({ name, inputs: { vpcConfig } }) => ({
    endpoint: `https://${name}.rehearsal.internal`,
    certificateAuthority: { data: "" },
    vpcConfig: { ...(vpcConfig as object), clusterSecurityGroupId: `sg-${name}` },
  }),
  "aws:eks/nodeGroup:NodeGroup": ({ name }) => ({ resources: [{ autoscalingGroups: [{ name }] }] }),
  "gcp:container/cluster:Cluster": ({ name }) => ({
    endpoint: `${name}.rehearsal.internal`,
    masterAuth: { clusterCaCertificate: "" },
  }),
  "gcp:container/nodePool:NodePool": ({ id, inputs }) => {
    const urls = (kind: string): string[] =>
      ((inputs.nodeLocations as string[] | undefined) ?? []).map((zone) => `${zone}/${kind}/${id}`);
    return { instanceGroupUrls: urls("instanceGroups"), managedInstanceGroupUrls: urls("managers") };
  },
};

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
