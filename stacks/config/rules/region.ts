import { cloudOf, DEFAULT_REGION, regions } from "../../../components/model/regions";
import type { Values } from "../keys";
import { nearest } from "../nearest";
import type { Finding, Rule } from "./rule";

export const REGION_RULES: readonly Rule[] = [
  { summary: "`region` must be a region of `cloud`.", needs: ["cloud", "region"], check: regionOfCloud },
];

function regionOfCloud({ cloud, region }: Values): Finding[] {
  if (region === "auto" || regions(cloud).includes(region)) {
    return [];
  }
  const actual = cloudOf(region);
  const guess = actual === undefined ? nearest(region, regions(cloud)) : undefined;
  const known =
    actual === undefined
      ? `${cloud} has no such region with three zones`
      : `it is a region of ${actual}, but cloud is ${cloud}`;
  return [
    {
      key: "region",
      value: region,
      reason: guess === undefined ? known : `${known}; did you mean ${guess}?`,
      allowed: `auto, ${regions(cloud).join(", ")}`,
      example: `region: ${guess ?? DEFAULT_REGION[cloud]}`,
    },
  ];
}
