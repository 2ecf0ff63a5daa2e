import { fault, resourceRule, stackRule, unless, type Rule } from "../rule";
import { AWS_SCALING_GROUP } from "../machines";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const TARGETS = "aws:lb/targetGroup:TargetGroup";
const FORWARDING = [
  "gcp:compute/globalForwardingRule:GlobalForwardingRule",
  "gcp:compute/forwardingRule:ForwardingRule",
];

const TLS = resourceRule({
  name: "aws-listener-tls",
  description: "Load balancers speak TLS; in the clear they only redirect to it.",
  why: "Passwords and tokens of the API's clients are read on the way otherwise.",
  severity: "high",
  ids: ["CKV_AWS_2", "CKV2_AWS_20", "AWS-0054", "ELB.1", "ELB.18"],
  fix: "Use protocol HTTPS or TLS; let port 80 redirect.",
  types: [LISTENER],
  judge: ({ values }) => {
    const protocol = values.text("protocol") ?? "";
    const redirects = values
      .list("defaultActions")
      .every((action) => action.text("type") === "redirect" && action.text("redirect.protocol") === "HTTPS");
    return unless(["HTTPS", "TLS"].includes(protocol) || redirects, `${protocol} that does not redirect to HTTPS`);
  },
});

const TLS_POLICY = resourceRule({
  name: "aws-listener-tls-version",
  description: "Load balancers speak TLS 1.2 and 1.3 only.",
  why: "Older versions are broken.",
  severity: "high",
  ids: ["CKV_AWS_103", "CKV2_AWS_74", "AWS-0047", "ELB.17"],
  fix: "Set `sslPolicy` to one of ELBSecurityPolicy-TLS13-1-2-*.",
  types: [LISTENER],
  judge: ({ values }) => {
    const isTls = ["HTTPS", "TLS"].includes(values.text("protocol") ?? "");
    const policy = values.text("sslPolicy");
    return unless(
      !isTls || /^ELBSecurityPolicy-TLS13-1-[23]-/.test(policy ?? ""),
      `sslPolicy ${policy ?? "(not set)"}`,
    );
  },
});

const ACCESS_LOGS = resourceRule({
  name: "aws-load-balancer-logged",
  description: "Load balancers log every request.",
  why: "It is the only record of who asked for what.",
  severity: "medium",
  ids: ["CKV_AWS_91", "ELB.5"],
  fix: "Set `accessLogs: { enabled: true, bucket }`.",
  types: [BALANCER],
  judge: ({ values }) => unless(values.flag("accessLogs.enabled") === true, "logs nothing"),
});

const HEADERS = resourceRule({
  name: "aws-load-balancer-strict",
  description: "Load balancers drop malformed headers and requests.",
  why: "Requests that two servers read differently smuggle others past the first.",
  severity: "medium",
  ids: ["CKV_AWS_131", "CKV_AWS_328", "AWS-0052", "ELB.4", "ELB.12"],
  fix: "Set `dropInvalidHeaderFields: true` and `desyncMitigationMode` to defensive or strictest.",
  types: [BALANCER],
  judge: ({ values }) => {
    if ((values.text("loadBalancerType") ?? "application") !== "application") {
      return [];
    }
    const mode = values.text("desyncMitigationMode") ?? "defensive"; // AWS' own default
    return [
      ...unless(values.flag("dropInvalidHeaderFields") === true, "passes malformed headers on"),
      ...unless(["defensive", "strictest"].includes(mode), `desyncMitigationMode ${mode}`),
    ];
  },
});

const ENTRY = stackRule({
  name: "aws-load-balancer-one-entry",
  description: "One load balancer of a stack is public: the API's.",
  why: "Every further one is an entry that nobody watches.",
  severity: "high",
  ids: ["AWS-0053"],
  fix: "Set `internal: true` on the others.",
  judge: (stack) => {
    const open = stack.of(BALANCER).filter(({ values }) => values.flag("internal") !== true);
    return open.slice(1).map((balancer) => fault(balancer, `is public as well as ${open[0]!.name}`));
  },
});

const HEALTH = resourceRule({
  name: "aws-target-group-checked",
  description: "Targets are reached over TLS, and asked whether they are well.",
  why: "A node that answers errors gets its share of requests otherwise; what is encrypted up to the balancer is read behind it.",
  severity: "medium",
  ids: ["CKV_AWS_261", "CKV_AWS_378"],
  fix: "Set protocol HTTPS and a health check.",
  types: [TARGETS],
  judge: ({ values }) => [
    ...unless(["HTTPS", "TLS"].includes(values.text("protocol") ?? ""), "is reached in the clear"),
    ...unless(values.has("healthCheck") && values.flag("healthCheck.enabled") !== false, "is never asked"),
  ],
});

const REPLACED = stackRule({
  name: "scaling-group-health",
  description: "A scaling group replaces the machines that its load balancer finds unwell.",
  why: "Otherwise it waits until the machine itself fails; one whose service hangs stays for ever.",
  severity: "high",
  ids: ["AutoScaling.1", "CKV2_AWS_15", "CKV_AWS_315"],
  fix: 'Set `healthCheckType: "ELB"`, on Google Cloud `autoHealingPolicies`.',
  judge: (stack) => [
    ...stack
      .of(AWS_SCALING_GROUP)
      .filter(({ values }) => values.text("healthCheckType") !== "ELB" || values.has("launchConfiguration"))
      .map((group) => fault(group, "asks the machine only, or has a launch configuration instead of a template")),
    ...stack
      .of("gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager")
      .filter(({ values }) => !values.has("autoHealingPolicies.healthCheck"))
      .map((group) => fault(group, "replaces nothing")),
  ],
});

const SSL_POLICY = resourceRule({
  name: "gcp-tls-version",
  description: "Load balancers speak TLS 1.2 or newer, with modern ciphers.",
  why: "Older versions are broken.",
  severity: "high",
  ids: ["CKV_GCP_4", "GCP-0039", "CIS GCP 3.9"],
  fix: 'Set minTlsVersion to "TLS_1_2" and profile to "MODERN" or "RESTRICTED".',
  types: ["gcp:compute/sSLPolicy:SSLPolicy"],
  judge: ({ values }) => [
    ...unless(["TLS_1_2", "TLS_1_3"].includes(values.text("minTlsVersion") ?? ""), "speaks TLS 1.0"),
    ...unless(["MODERN", "RESTRICTED", "FIPS_202205"].includes(values.text("profile") ?? ""), "knows old ciphers"),
  ],
});

const PROXY_POLICY = resourceRule({
  name: "gcp-proxy-tls-policy",
  description: "Each HTTPS proxy has a policy of TLS.",
  why: "Google's default speaks TLS 1.0.",
  severity: "high",
  ids: ["CIS GCP 3.9"],
  fix: "Set `sslPolicy`.",
  types: ["gcp:compute/targetHttpsProxy:TargetHttpsProxy", "gcp:compute/targetSSLProxy:TargetSSLProxy"],
  judge: ({ values }) => unless(values.has("sslPolicy"), "has no policy of its own"),
});

const NO_HTTP = stackRule({
  name: "gcp-http-redirects",
  description: "In the clear, load balancers only redirect to HTTPS.",
  why: "Passwords and tokens of the API's clients are read on the way otherwise.",
  severity: "high",
  ids: ["CKV2_GCP_37", "CKV2_GCP_38"],
  fix: "Give the HTTP proxy a URL map with nothing but defaultUrlRedirect.httpsRedirect.",
  judge: (stack) =>
    stack.of("gcp:compute/targetHttpProxy:TargetHttpProxy").flatMap((proxy) => {
      const isPublic = FORWARDING.some((type) =>
        stack
          .referring(type, "target", proxy)
          .some(({ values }) => !/^INTERNAL/.test(values.text("loadBalancingScheme") ?? "")),
      );
      const redirects = proxy
        .references("urlMap")
        .some(({ values }) => values.flag("defaultUrlRedirect.httpsRedirect") === true && !values.has("pathMatchers"));
      return isPublic && !redirects ? [fault(proxy, "serves in the clear")] : [];
    }),
});

const BACKEND = resourceRule({
  name: "gcp-backend-logged",
  description: "Backends log every request and are reached over TLS.",
  why: "It is the only record of who asked for what.",
  severity: "medium",
  ids: ["CIS GCP 2.16"],
  fix: "Set `logConfig: { enable: true }` and protocol HTTPS.",
  types: ["gcp:compute/backendService:BackendService"],
  judge: ({ values }) => [
    ...unless(values.flag("logConfig.enable") === true, "logs nothing"),
    ...unless(/^(HTTPS|HTTP2|SSL)$/.test(values.text("protocol") ?? ""), "is reached in the clear"),
    ...unless(values.has("healthChecks"), "is never asked whether it is well"),
  ],
});

/** The way in. */
export const BALANCER_RULES: readonly Rule[] = [
  TLS,
  TLS_POLICY,
  ACCESS_LOGS,
  HEADERS,
  ENTRY,
  HEALTH,
  REPLACED,
  SSL_POLICY,
  PROXY_POLICY,
  NO_HTTP,
  BACKEND,
];
