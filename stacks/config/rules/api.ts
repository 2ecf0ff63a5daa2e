import type { Cloud } from "../../../components/model/cloud";
import { MANAGED_CERTIFICATE } from "../../../components/platform/platform";
import { DNS_ZONE } from "../formats";
import type { Values } from "../keys";
import { isHighlyAvailable } from "../resolve";
import { AVAILABILITY } from "./availability";
import type { Finding, Rule } from "./rule";

/** Why a cloud requires `apiDnsZone` for a managed certificate; undefined when it does not. */
const ZONE_FOR_CERTIFICATE: Readonly<Record<Cloud, string | undefined>> = {
  aws: "AWS requires a record in the domain's zone to validate a managed certificate",
  gcp: undefined,
};

export const API_RULES: readonly Rule[] = [
  {
    summary: "`apiCertificate` requires `apiDomain`.",
    needs: ["apiCertificate", "apiDomain"],
    check: certificateForDomain,
  },
  {
    summary: "`apiDnsZone` requires `apiDomain`; on aws `apiCertificate: managed` requires `apiDnsZone`.",
    needs: ["cloud", "apiDnsZone", "apiDomain", "apiCertificate"],
    check: recordsOfDomain,
  },
  {
    summary: "`apiSpotPercent` above 0 requires `apiRuntime: vm` and high availability.",
    needs: ["apiSpotPercent", "apiRuntime", ...AVAILABILITY],
    check: spot,
  },
];

function certificateForDomain({ apiCertificate, apiDomain }: Values): Finding[] {
  return apiCertificate === "" || apiDomain !== ""
    ? []
    : [
        {
          key: "apiDomain",
          value: apiDomain,
          reason: "apiCertificate is set, and clients only trust a certificate under the name that it was issued for",
          allowed: "the DNS name that apiCertificate was issued for",
        },
      ];
}

function recordsOfDomain({ cloud, apiDnsZone, apiDomain, apiCertificate }: Values): Finding[] {
  if (apiDnsZone !== "" && apiDomain === "" && apiCertificate === "") {
    return [
      {
        key: "apiDomain",
        value: apiDomain,
        reason: "apiDnsZone is set, but there is no name to create records for",
        allowed: "a DNS name within the zone",
      },
    ];
  }
  const reason = ZONE_FOR_CERTIFICATE[cloud];
  return reason !== undefined && apiCertificate === MANAGED_CERTIFICATE && apiDnsZone === ""
    ? [
        {
          key: "apiDnsZone",
          value: apiDnsZone,
          reason: `apiCertificate is managed, and ${reason}`,
          allowed: `${DNS_ZONE.words[cloud]} with apiCertificate: managed`,
          example: `apiDnsZone: ${DNS_ZONE.examples[cloud]}`,
        },
      ]
    : [];
}

function spot(values: Values): Finding[] {
  const { apiSpotPercent, apiRuntime } = values;
  if (apiSpotPercent === 0 || (apiRuntime === "vm" && isHighlyAvailable(values))) {
    return [];
  }
  return [
    {
      key: "apiSpotPercent",
      value: apiSpotPercent,
      reason:
        apiRuntime === "vm"
          ? "the stack is not highly available, and the cloud may reclaim spot instances at any time"
          : "the API runs on Kubernetes, whose nodes the stack does not scale",
      allowed: "0; above 0 only with apiRuntime vm and highAvailability",
      example: "apiSpotPercent: 0",
    },
  ];
}
