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
  description: "Load balancers use TLS; plain HTTP listeners only redirect to HTTPS.",
  why: "Otherwise passwords and tokens of API clients can be intercepted.",
  severity: "high",
  ids: ["CKV_AWS_2", "CKV2_AWS_20", "AWS-0054", "ELB.1", "ELB.18"],
  fix: "Use protocol HTTPS or TLS; redirect port 80.",
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
  description: "Load balancers accept TLS 1.2 and 1.3 only.",
  why: "Older TLS versions are insecure.",
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
  description: "Load balancers write access logs.",
  why: "Access logs are the only record of who requested what.",
  severity: "medium",
  ids: ["CKV_AWS_91", "ELB.5"],
  fix: "Set `accessLogs: { enabled: true, bucket }`.",
  types: [BALANCER],
  judge: ({ values }) => unless(values.flag("accessLogs.enabled") === true, "writes no access logs"),
});

const HEADERS = resourceRule({
  name: "aws-load-balancer-strict",
  description: "Load balancers drop malformed headers and requests.",
  why: "Requests that two servers parse differently allow request smuggling.",
  severity: "medium",
  ids: ["CKV_AWS_131", "CKV_AWS_328", "AWS-0052", "ELB.4", "ELB.12"],
  fix: "Set `dropInvalidHeaderFields: true` and `desyncMitigationMode` to defensive or strictest.",
  types: [BALANCER],
  judge: ({ values }) => {
    if ((values.text("loadBalancerType") ?? "application") !== "application") {
      return [];
    }
    const mode = values.text("desyncMitigationMode") ?? "defensive"; // AWS' default
    return [
      ...unless(values.flag("dropInvalidHeaderFields") === true, "forwards malformed headers"),
      ...unless(["defensive", "strictest"].includes(mode), `desyncMitigationMode ${mode}`),
    ];
  },
});

const ENTRY = stackRule({
  name: "aws-load-balancer-one-entry",
  description: "At most one load balancer of a stack is public: the API's.",
  why: "Every additional public load balancer is an unmonitored entry point.",
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
  description: "Target groups use TLS and have a health check.",
  why: "Without a health check a failing node keeps receiving requests; without TLS, traffic behind the load balancer is unencrypted.",
  severity: "medium",
  ids: ["CKV_AWS_261", "CKV_AWS_378"],
  fix: "Set protocol HTTPS and a health check.",
  types: [TARGETS],
  judge: ({ values }) => [
    ...unless(["HTTPS", "TLS"].includes(values.text("protocol") ?? ""), "does not use TLS"),
    ...unless(values.has("healthCheck") && values.flag("healthCheck.enabled") !== false, "has no health check"),
  ],
});

const REPLACED = stackRule({
  name: "scaling-group-health",
  description: "A scaling group replaces machines that fail the load balancer's health check.",
  why: "Otherwise only machine failures count: a machine whose service hangs is never replaced.",
  severity: "high",
  ids: ["AutoScaling.1", "CKV2_AWS_15", "CKV_AWS_315"],
  fix: 'Set `healthCheckType: "ELB"`; on Google Cloud set `autoHealingPolicies`.',
  judge: (stack) => [
    ...stack
      .of(AWS_SCALING_GROUP)
      .filter(({ values }) => values.text("healthCheckType") !== "ELB" || values.has("launchConfiguration"))
      .map((group) =>
        fault(group, "does not use the ELB health check, or has a launch configuration instead of a launch template"),
      ),
    ...stack
      .of("gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager")
      .filter(({ values }) => !values.has("autoHealingPolicies.healthCheck"))
      .map((group) => fault(group, "has no autohealing health check")),
  ],
});

const SSL_POLICY = resourceRule({
  name: "gcp-tls-version",
  description: "Load balancers accept TLS 1.2 or newer, with modern ciphers.",
  why: "Older TLS versions are insecure.",
  severity: "high",
  ids: ["CKV_GCP_4", "GCP-0039", "CIS GCP 3.9"],
  fix: 'Set minTlsVersion to "TLS_1_2" and profile to "MODERN" or "RESTRICTED".',
  types: ["gcp:compute/sSLPolicy:SSLPolicy"],
  judge: ({ values }) => [
    ...unless(["TLS_1_2", "TLS_1_3"].includes(values.text("minTlsVersion") ?? ""), "accepts TLS 1.0"),
    ...unless(
      ["MODERN", "RESTRICTED", "FIPS_202205"].includes(values.text("profile") ?? ""),
      "accepts obsolete ciphers",
    ),
  ],
});

const PROXY_POLICY = resourceRule({
  name: "gcp-proxy-tls-policy",
  description: "Each HTTPS proxy has an SSL policy.",
  why: "Google's default policy accepts TLS 1.0.",
  severity: "high",
  ids: ["CIS GCP 3.9"],
  fix: "Set `sslPolicy`.",
  types: ["gcp:compute/targetHttpsProxy:TargetHttpsProxy", "gcp:compute/targetSSLProxy:TargetSSLProxy"],
  judge: ({ values }) => unless(values.has("sslPolicy"), "has no SSL policy"),
});

const NO_HTTP = stackRule({
  name: "gcp-http-redirects",
  description: "Plain HTTP proxies only redirect to HTTPS.",
  why: "Otherwise passwords and tokens of API clients can be intercepted.",
  severity: "high",
  ids: ["CKV2_GCP_37", "CKV2_GCP_38"],
  fix: "Give the HTTP proxy a URL map that has only defaultUrlRedirect.httpsRedirect.",
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
      return isPublic && !redirects ? [fault(proxy, "serves plain HTTP")] : [];
    }),
});

const BACKEND = resourceRule({
  name: "gcp-backend-logged",
  description: "Backend services log every request, use TLS and have a health check.",
  why: "Access logs are the only record of who requested what.",
  severity: "medium",
  ids: ["CIS GCP 2.16"],
  fix: "Set `logConfig: { enable: true }` and protocol HTTPS.",
  types: ["gcp:compute/backendService:BackendService"],
  judge: ({ values }) => [
    ...unless(values.flag("logConfig.enable") === true, "writes no access logs"),
    ...unless(/^(HTTPS|HTTP2|SSL)$/.test(values.text("protocol") ?? ""), "does not use TLS"),
    ...unless(values.has("healthChecks"), "has no health check"),
  ],
});

/** Rules on load balancers. */
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
