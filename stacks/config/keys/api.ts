import { CERTIFICATE, DNS_ZONE, allowedOf, inAnyCloud } from "../formats";
import { among, emptyOr, text, whole } from "../parsers";
import { API_RUNTIMES } from "../runtime";
import { key } from "./key";
import { DNS_LABEL } from "./names";

const DNS_NAME = new RegExp(`^(?=.{1,253}$)${DNS_LABEL}(?:\\.${DNS_LABEL})*\\.[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$`);

/** Where the API runs and how clients reach it. */
export const API_KEYS = {
  apiRuntime: key({
    type: "string",
    default: "vm",
    ...among(API_RUNTIMES),
    example: "kubernetes",
    description: "Where the API runs: on VMs of the stack or in a Kubernetes cluster.",
  }),
  apiDomain: key({
    type: "string",
    default: "",
    allowed: '"" (the load balancer\'s own name) or a DNS name in lower case',
    example: "api.example.com",
    description: "Public name of the API. You create its DNS record, unless apiDnsZone is set.",
    parse: emptyOr(text(DNS_NAME)),
  }),
  apiCertificate: key({
    type: "string",
    default: "",
    allowed: allowedOf(CERTIFICATE, "issued by the stack's own CA"),
    example: CERTIFICATE.examples.aws,
    description: "TLS certificate that the API presents to clients. Requires apiDomain.",
    parse: emptyOr(inAnyCloud(CERTIFICATE)),
  }),
  apiDnsZone: key({
    type: "string",
    default: "",
    allowed: allowedOf(DNS_ZONE, "you create the records elsewhere"),
    example: DNS_ZONE.examples.aws,
    description:
      "DNS zone of the cloud that receives the records of apiDomain. On aws, apiCertificate: managed requires it.",
    parse: emptyOr(inAnyCloud(DNS_ZONE)),
  }),
  apiSpotPercent: key({
    type: "integer",
    default: 0,
    ...whole(0, 100),
    example: "50",
    description:
      "Percentage of the API's capacity above its minimum that may run on spot instances. Requires apiRuntime: vm and high availability.",
  }),
};
