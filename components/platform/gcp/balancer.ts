import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import type { input } from "@pulumi/gcp/types";
import * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../options";
import { HEALTH_CHECKS, MANAGED_CERTIFICATE } from "../platform";
import type { Backend, Balancer, BalancerSpec, ServerCertificate, StackContext } from "../platform";
import { type GcpBackend, SERVING_PORT } from "./group";
import { labels } from "./labels";
import type { GcpNode } from "./node";

const SCHEME = "EXTERNAL_MANAGED";
const ANYONE = "0.0.0.0/0";
/** Cloud Armor allows ten ranges per rule. */
const RANGES_PER_RULE = 10;
const LAST_PRIORITY = 2_147_483_647;

/** A global application load balancer: HTTPS from clients and to the nodes; HTTP redirects to HTTPS. */
export class GcpBalancer extends pulumi.ComponentResource implements Balancer {
  static readonly __pulumiType = "ape:platform:LoadBalancer";
  readonly resource = this;
  readonly host: pulumi.Output<string>;

  constructor(
    private readonly context: StackContext,
    spec: BalancerSpec,
    own: ServerCertificate,
    backend: Backend,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(GcpBalancer.__pulumiType, spec.name, { domain: spec.domain }, opts);
    const { name } = spec;
    const within = { parent: this };
    const address = new compute.GlobalAddress(name, { labels: labels(context, name) }, within);
    const service = this.service(spec, backend, dependencies(opts));
    const certificate = this.certificate(spec, own);
    const policy = new compute.SSLPolicy(name, { minTlsVersion: "TLS_1_2", profile: "MODERN" }, within);
    const https = new compute.TargetHttpsProxy(
      `${name}-https`,
      {
        urlMap: new compute.URLMap(`${name}-https`, { defaultService: service.id }, within).id,
        sslCertificates: [certificate],
        sslPolicy: policy.id,
      },
      within,
    );
    const http = new compute.TargetHttpProxy(
      `${name}-http`,
      {
        urlMap: new compute.URLMap(
          `${name}-http`,
          {
            defaultUrlRedirect: {
              httpsRedirect: true,
              stripQuery: false,
              redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
            },
          },
          within,
        ).id,
      },
      within,
    );
    for (const { scheme, target, port } of [
      { scheme: "https", target: https.id, port: "443" },
      { scheme: "http", target: http.id, port: "80" },
    ]) {
      new compute.GlobalForwardingRule(
        `${name}-${scheme}`,
        {
          target,
          portRange: port,
          ipAddress: address.id,
          ipProtocol: "TCP",
          loadBalancingScheme: SCHEME,
          labels: labels(context, `${name}-${scheme}`),
        },
        within,
      );
    }
    if (spec.dnsZone !== "") {
      new dns.RecordSet(
        name,
        { managedZone: spec.dnsZone, name: `${spec.domain}.`, type: "A", ttl: 300, rrdatas: [address.address] },
        within,
      );
    }
    this.host = address.address;
    this.registerOutputs({ host: this.host });
  }

  private service(spec: BalancerSpec, backend: Backend, after: pulumi.Resource[]): compute.BackendService {
    const health = new compute.HealthCheck(
      spec.name,
      {
        checkIntervalSec: HEALTH_CHECKS.intervalSeconds,
        timeoutSec: HEALTH_CHECKS.timeoutSeconds,
        healthyThreshold: HEALTH_CHECKS.healthy,
        unhealthyThreshold: HEALTH_CHECKS.unhealthy,
        httpsHealthCheck: { port: spec.backend.port, requestPath: spec.backend.path },
      },
      // Changing the port in place would fail the current members before new ones serve.
      { parent: this, replaceOnChanges: ["httpsHealthCheck.port"] },
    );
    const shield = this.shield(spec);
    return new compute.BackendService(
      spec.name,
      {
        protocol: "HTTPS",
        portName: SERVING_PORT,
        loadBalancingScheme: SCHEME,
        timeoutSec: spec.timeoutSeconds,
        connectionDrainingTimeoutSec: spec.timeoutSeconds,
        healthChecks: health.id,
        logConfig: { enable: true, sampleRate: 1 },
        backends: this.groups(spec, backend).map((group) => ({
          group,
          balancingMode: "UTILIZATION",
          capacityScaler: 1,
        })),
        ...(shield === undefined ? {} : { securityPolicy: shield.id }),
      },
      { parent: this, dependsOn: after },
    );
  }

  /** The scaling group, or one unmanaged group per zone for nodes with fixed addresses. */
  private groups(spec: BalancerSpec, backend: Backend): pulumi.Output<string>[] {
    if ("group" in backend) {
      return [...(backend.group as GcpBackend).instanceGroups];
    }
    const nodes = backend.nodes as readonly GcpNode[];
    return [...new Set(nodes.map((node) => node.zone))].map(
      (zone) =>
        new compute.InstanceGroup(
          `${spec.name}-${zone}`,
          {
            zone,
            instances: nodes.filter((node) => node.zone === zone).map((node) => node.instance.selfLink),
            namedPorts: [{ name: SERVING_PORT, port: spec.backend.port }],
          },
          { parent: this },
        ).selfLink,
    );
  }

  /** VPC firewalls don't apply to a global load balancer: if clients are restricted, Cloud Armor rejects all others. */
  private shield({ name, clientCidrs }: BalancerSpec): compute.SecurityPolicy | undefined {
    if (clientCidrs.includes(ANYONE)) {
      return undefined;
    }
    const rules: input.compute.SecurityPolicyRule[] = [];
    for (let first = 0; first < clientCidrs.length; first += RANGES_PER_RULE) {
      const srcIpRanges = clientCidrs.slice(first, first + RANGES_PER_RULE);
      rules.push({
        action: "allow",
        priority: 1000 + rules.length,
        description: "API clients",
        match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges } },
      });
    }
    rules.push({
      action: "deny(403)",
      priority: LAST_PRIORITY,
      description: "Everyone else",
      match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } },
    });
    return new compute.SecurityPolicy(
      name,
      { description: `Clients of ${this.context.prefix}`, rules },
      { parent: this },
    );
  }

  private certificate({ name, certificate, domain }: BalancerSpec, own: ServerCertificate): pulumi.Input<string> {
    if (certificate === MANAGED_CERTIFICATE) {
      // Google issues it once the domain's record points to this load balancer.
      return new compute.ManagedSslCertificate(name, { managed: { domains: [domain] } }, { parent: this }).id;
    }
    return certificate || this.ownCertificate(name, own);
  }

  private ownCertificate(name: string, own: ServerCertificate): pulumi.Output<string> {
    return new compute.SSLCertificate(
      name,
      { certificate: pulumi.interpolate`${own.certificate}${own.chain}`, privateKey: own.key },
      { parent: this },
    ).id;
  }
}
