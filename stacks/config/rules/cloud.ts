import { CLOUDS } from "../../../components/model/cloud";
import { pinnedImage } from "../../../components/model/images";
import { ACCOUNT, CERTIFICATE, DNS_ZONE, IMAGE, KMS_KEY, REGION_IN_NAME, type CloudFormat } from "../formats";
import { KEYS, type Values } from "../keys";
import { regionOf } from "../resolve";
import type { Finding, Rule } from "./rule";

/** Keys that each cloud writes in its own format. */
const FORMATS = {
  account: ACCOUNT,
  image: IMAGE,
  kmsKey: KMS_KEY,
  apiCertificate: CERTIFICATE,
  apiDnsZone: DNS_ZONE,
} as const;
type CloudKey = keyof typeof FORMATS;

/** What must fit the stack's cloud and region. */
export const CLOUD_RULES: readonly Rule[] = [
  ...(Object.keys(FORMATS) as CloudKey[]).map((name) => ({
    summary: `\`${name}\` must have the format of \`cloud\`.`,
    needs: ["cloud", name] as const,
    check: (values: Values) => formatOfCloud(values, name, FORMATS[name]),
  })),
  ...(["kmsKey", "apiCertificate"] as const).map((name) => ({
    summary: `On aws, \`${name}\` must be in the stack's \`region\`.`,
    needs: ["cloud", "region", name] as const,
    check: (values: Values) => sameRegion(values, name),
  })),
  {
    summary: "`image` is required in regions without a pinned image.",
    needs: ["cloud", "region", "image"],
    check: bootableImage,
  },
];

function formatOfCloud(values: Values, name: CloudKey, { patterns, words, examples }: CloudFormat): Finding[] {
  const { cloud } = values;
  const value = values[name];
  if (value === "" || patterns[cloud].test(value)) {
    return [];
  }
  const actual = CLOUDS.find((each) => patterns[each].test(value))!;
  return [
    {
      key: name,
      value,
      reason: `it is ${words[actual]}, but cloud is ${cloud}`,
      allowed: `"" or ${words[cloud]}`,
      example: `${name}: ${examples[cloud]}`,
    },
  ];
}

/** Keys and certificates of another region cannot be used. */
function sameRegion(values: Values, name: "kmsKey" | "apiCertificate"): Finding[] {
  const region = regionOf(values);
  const actual = REGION_IN_NAME[values.cloud](values[name]);
  if (actual === undefined || actual === region) {
    return [];
  }
  return [
    {
      key: name,
      value: values[name],
      reason: `it belongs to region ${actual}, but the stack is in ${region}`,
      allowed: `one of region ${region}`,
    },
  ];
}

function bootableImage(values: Values): Finding[] {
  const region = regionOf(values);
  if (values.image !== "" || pinnedImage(values.cloud, region) !== undefined) {
    return [];
  }
  return [
    {
      key: "image",
      value: values.image,
      reason: `no Debian 13 image is pinned for ${region}; "npm run images -- --region ${region}" pins the newest`,
      allowed: `${KEYS.image.allowed}; required in regions without a pinned image`,
    },
  ];
}
