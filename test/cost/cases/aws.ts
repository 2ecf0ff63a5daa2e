import type { CloudResource } from "../../../cost/resource";
import { resource } from "../resources";
import type { Case } from "./case";

const root = { rootBlockDevice: { volumeType: "gp3", volumeSize: 16 } };
const standard = { creditSpecification: { cpuCredits: "standard" } };
const instance = (instanceType: string, more: object = {}): CloudResource =>
  resource("aws:ec2/instance:Instance", { instanceType, ...root, ...standard, ...more });
const volume = (inputs: object): CloudResource => resource("aws:ebs/volume:Volume", { ...inputs });

const launchTemplate = resource(
  "aws:ec2/launchTemplate:LaunchTemplate",
  {
    instanceType: "t3a.medium",
    ...standard,
    blockDeviceMappings: [{ ebs: { volumeType: "gp3", volumeSize: "16" } }],
  },
  { name: "api" },
);
const group = (inputs: object): CloudResource =>
  resource("aws:autoscaling/group:Group", { ...inputs }, { name: "api", dependsOn: [launchTemplate.urn] });

const flowLog = resource("aws:ec2/flowLog:FlowLog", { logDestinationType: "cloud-watch-logs" });
const logGroup = resource("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 60 });

export const AWS_CASES: readonly Case[] = [
  // Compute: hourly price x 730, rounded to the cent; a 16 GB gp3 root disk is 16 x 0.08 = 1.28.
  { what: "t3a.xlarge", cloud: "aws", resources: [instance("t3a.xlarge")], cents: [10979, 128] }, // 0.1504 x 730 = 109.792
  { what: "r5a.large", cloud: "aws", resources: [instance("r5a.large")], cents: [8249, 128] }, // 0.113 x 730 = 82.49
  {
    what: "t3.medium reserved for a year: infracost's golden figure",
    cloud: "aws",
    resources: [instance("t3.medium")],
    option: "reserved-1y",
    cents: [1905, 128], // 30.368 x 0.6273 = 19.0498
  },
  {
    what: "t3.medium reserved for three years: infracost's golden figure",
    cloud: "aws",
    resources: [instance("t3.medium")],
    option: "reserved-3y",
    cents: [1314, 128], // 30.368 x 0.4327 = 13.1402
  },
  {
    what: "a data node when the API's are spot: on demand",
    cloud: "aws",
    resources: [instance("t3.large")],
    option: "spot",
    cents: [6074, 128], // 0.0832 x 730 = 60.736
  },
  {
    what: "an unlimited t3.large, 1,460 vCPU-hours over: infracost's golden figure",
    cloud: "aws",
    resources: [instance("t3.large", { creditSpecification: { cpuCredits: "unlimited" } })],
    usage: { surplusVcpuHours: 1460 },
    cents: [6074, 128, 7300], // 1,460 x 0.05 = 73.00
  },
  {
    what: "detailed monitoring and a public address",
    cloud: "aws",
    resources: [instance("t3.large", { monitoring: true, associatePublicIpAddress: true })],
    cents: [6074, 128, 210, 365], // 7 metrics x 0.30 = 2.10; 730 x 0.005 = 3.65
  },
  {
    what: "a group of two on demand",
    cloud: "aws",
    resources: [launchTemplate, group({ minSize: 2, maxSize: 5 })],
    cents: [5490, 256], // 0.0376 x 730 = 27.448 -> 27.45 each, x 2; 1.28 x 2
  },
  {
    what: "a group of four, one on demand and of the others a half",
    cloud: "aws",
    resources: [
      launchTemplate,
      group({
        minSize: 4,
        mixedInstancesPolicy: {
          instancesDistribution: { onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 50 },
        },
      }),
    ],
    // On demand 1 + half of 3, rounded up = 3: 27.45 x 3 = 82.35; one spot: 27.448 x 0.5286 = 14.509; disks 1.28 x 4.
    cents: [8235, 1451, 512],
  },
  // Disks
  { what: "40 GB gp3", cloud: "aws", resources: [volume({ type: "gp3", size: 40 })], cents: [320] }, // 40 x 0.08
  {
    what: "gp3 with 4,000 IOPS and 130 MiB/s",
    cloud: "aws",
    resources: [volume({ type: "gp3", size: 40, iops: 4000, throughput: 130 })],
    cents: [320, 500, 20], // (4,000 - 3,000) x 0.005; (130 - 125) x 0.04
  },
  {
    what: "io1 with 300 IOPS",
    cloud: "aws",
    resources: [volume({ type: "io1", size: 30, iops: 300 })],
    cents: [375, 1950], // 30 x 0.125; 300 x 0.065
  },
  {
    what: "a volume without a type is gp2",
    cloud: "aws",
    resources: [volume({ size: 15 })],
    cents: [150], // 15 x 0.10
  },
  {
    what: "a snapshot of a 100 GB volume",
    cloud: "aws",
    resources: [
      resource("aws:ebs/snapshot:Snapshot", {}, { dependsOn: [volume({}).urn] }),
      volume({ type: "gp3", size: 100 }),
    ],
    cents: [500, 800], // 100 x 0.05; 100 x 0.08
  },
  // Network
  {
    what: "a NAT gateway with 6 GB of two nodes, and its address",
    cloud: "aws",
    resources: [
      resource("aws:ec2/natGateway:NatGateway"),
      resource("aws:ec2/eip:Eip"),
      { ...instance("t3.large"), urn: "urn:z1" },
      { ...instance("t3.large"), urn: "urn:z2" },
    ],
    usage: { natGbPerNode: 3 },
    // 730 x 0.005 = 3.65; 730 x 0.045 = 32.85; 6 x 0.045 = 0.27
    cents: [365, 3285, 27, 6074, 128, 6074, 128],
  },
  {
    what: "an internet-facing load balancer in three zones, 1,000 queries an hour",
    cloud: "aws",
    resources: [
      resource("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "application", subnets: ["a", "b", "c"] }),
    ],
    usage: { queriesPerHour: 1000, requestKiB: 4, responseKiB: 32 },
    // 730 x 0.0225 = 16.425. 730,000 queries x 36 KiB = 25.063 GB = 0.03433 LCU; x 730 h x 0.008 = 0.2005.
    // 730 x 0.005 = 3.65 x 3. 730,000 x 32 KiB = 22.278 GB x 0.09 = 2.005.
    cents: [1643, 20, 1095, 201],
  },
  {
    what: "an internal network load balancer",
    cloud: "aws",
    resources: [resource("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "network", internal: true })],
    cents: [1643, 0], // 730 x 0.0225 = 16.425; no traffic
  },
  {
    what: "12,000 GB of answers to the internet, in two steps",
    cloud: "aws",
    resources: [resource("aws:lb/loadBalancer:LoadBalancer", { subnets: ["a"] })],
    // 1 query an hour with 12,000 GB / 730 each; so 16.438 LCU x 730 x 0.008 = 96.00, and
    // 10,240 x 0.09 + 1,760 x 0.085 = 921.60 + 149.60 = 1,071.20
    usage: { queriesPerHour: 1, requestKiB: 0, responseKiB: (12_000 / 730) * 2 ** 20 },
    cents: [1643, 9600, 365, 107120],
  },
  {
    what: "traffic between three zones",
    cloud: "aws",
    resources: [
      resource("aws:ec2/vpc:Vpc"),
      ...["a", "b", "c"].map((zone) => ({ ...volume({ type: "gp3", size: 10, availabilityZone: zone }), urn: zone })),
    ],
    // 730,000 x 128 KiB = 89.111 GB, two thirds of it elsewhere = 59.408; 10 GB written, to two more zones = 20;
    // 79.408 x 0.02 = 1.588. Disks: 10 x 0.08. URNs "a" to "c" come before "urn:".
    usage: { queriesPerHour: 1000, storeKiB: 128, writtenGb: 10 },
    cents: [80, 80, 80, 159],
  },
  {
    what: "an interface endpoint in two zones, a gateway endpoint for nothing",
    cloud: "aws",
    resources: [
      resource("aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Gateway" }, { name: "gateway" }),
      resource("aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Interface", subnetIds: ["a", "b"] }),
    ].map((endpoint, index) => ({ ...endpoint, urn: `${endpoint.urn}${index}` })),
    cents: [1460, 0], // 730 x 0.01 = 7.30 x 2; nothing goes through
  },
  // Storage, logs, secrets, keys
  {
    what: "backups of 100 GB of data at three to one",
    cloud: "aws",
    resources: [resource("aws:s3/bucket:Bucket", {}, { name: "backups" })],
    usage: { "dataGb.timescaledb": 100, backupFactor: 3, bucketWritesK: 60, bucketReadsK: 60 },
    cents: [690, 30, 2], // 300 x 0.023; 60 x 0.005; 60 x 0.0004 = 0.024
  },
  {
    what: "two nodes that read orders every ten seconds and write their status every ten minutes",
    cloud: "aws",
    resources: [
      resource("aws:s3/bucket:Bucket", {}, { name: "bootstrap" }),
      { ...instance("t3.large"), urn: "urn:z1" },
      { ...instance("t3.large"), urn: "urn:z2" },
    ],
    usage: { orderReadsK: 525.6, statusWritesK: 4.38 },
    cents: [4, 42, 6074, 128, 6074, 128], // 2 x 4.38 x 0.005 = 0.0438; 2 x 525.6 x 0.0004 = 0.42
  },
  {
    what: "flow logs of two nodes, kept for two months",
    cloud: "aws",
    resources: [
      { ...flowLog, dependsOn: [logGroup.urn] },
      logGroup,
      { ...instance("t3.large"), urn: "urn:z1" },
      { ...instance("t3.large"), urn: "urn:z2" },
    ],
    usage: { flowLogGbPerNode: 5 },
    cents: [500, 60, 6074, 128, 6074, 128], // 10 x 0.50; 10 x 2 x 0.03
  },
  {
    what: "a secret read 20,000 times",
    cloud: "aws",
    resources: [resource("aws:secretsmanager/secret:Secret")],
    usage: { secretReads: 20_000 },
    cents: [40, 10], // 0.40; 2 x 0.05
  },
  { what: "a key", cloud: "aws", resources: [resource("aws:kms/key:Key")], cents: [100] },
  {
    what: "two alarms, one of them every ten seconds, and a dashboard",
    cloud: "aws",
    resources: [
      resource("aws:cloudwatch/dashboard:Dashboard"),
      resource("aws:cloudwatch/metricAlarm:MetricAlarm", { period: 60 }, { name: "a" }),
      resource("aws:cloudwatch/metricAlarm:MetricAlarm", { period: 10 }, { name: "b" }),
    ],
    cents: [300, 10, 30],
  },
  {
    what: "a Kubernetes cluster with three nodes",
    cloud: "aws",
    resources: [
      resource("aws:eks/cluster:Cluster"),
      resource("aws:eks/nodeGroup:NodeGroup", { instanceTypes: ["m6i.large"], scalingConfig: { desiredSize: 3 } }),
    ],
    cents: [7300, 21024, 480], // 730 x 0.10; 0.096 x 730 = 70.08 x 3; 20 x 0.08 = 1.60 x 3
  },
  {
    what: "nodes of a cluster by a launch template",
    cloud: "aws",
    resources: [
      resource("aws:ec2/launchTemplate:LaunchTemplate", {
        instanceType: "m6i.large",
        blockDeviceMappings: [{ ebs: { volumeSize: 30 } }],
      }),
      resource("aws:eks/nodeGroup:NodeGroup", { scalingConfig: { desiredSize: 2 } }),
    ],
    cents: [14016, 480], // 70.08 x 2; 30 x 0.08 = 2.40 x 2
  },
];
