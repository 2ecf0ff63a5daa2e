/** Types of resources that no cloud charges for by themselves. What is charged elsewhere is said. */
const FREE: readonly RegExp[] = [
  /^(pulumi|random|tls|time|null):/,
  /^aws:iam\//,
  /^aws:acm\//, // certificates for load balancers are free
  /^aws:(budgets|resourcegroups)\//,
  /^aws:sns\/(topic|topicPolicy|topicSubscription):/, // the first 1,000 mails a month are free
  /^aws:autoscaling\/(attachment|policy|schedule|notification|lifecycleHook):/,
  /^aws:eks\/(addon|podIdentityAssociation|accessEntry|accessPolicyAssociation):/, // AWS' and the community's own add-ons
  /^aws:ebs\/(encryptionByDefault|defaultKmsKey):/,
  /^aws:ec2\/(launchTemplate|volumeAttachment|eipAssociation):/, // machines and disks are on the group, the instance, the volume
  /^aws:ec2\/(vpc\w+|subnet|route|routeTable|routeTableAssociation|internetGateway|\w*[sS]ecurityGroup\w*|networkAcl\w*|defaultRouteTable|placementGroup|tag|keyPair):/,
  /^aws:vpc\//,
  /^aws:kms\/(alias|grant|keyPolicy):/,
  /^aws:lb\/(listener|listenerRule|listenerCertificate|targetGroup|targetGroupAttachment):/,
  /^aws:route53\/record:/,
  /^aws:s3\/bucket(?!:)/, // a bucket's settings and its few small objects
  /^aws:secretsmanager\/(secretVersion|secretPolicy|secretRotation):/,
  /^aws:cloudwatch\/(logMetricFilter|logResourcePolicy|logStream|event\w+):/,
  /^gcp:billing\/budget:/,
  /^gcp:compute\/(instanceTemplate|regionInstanceTemplate|regionAutoscaler|autoscaler|instanceGroup|instanceGroupNamedPort|attachedDisk|resourcePolicy|diskResourcePolicyAttachment):/,
  /^gcp:compute\/(firewall|route|router|projectMetadata|(region)?[hH]ealthCheck|\w*[sS](SL|sl)(Certificate|Policy)|\w*target\w+|\w*[uU]RLMap|networkEndpointGroup\w*|globalNetworkEndpoint\w*):/,
  /^gcp:dns\/recordSet:/,
  /^gcp:kms\/keyRing:/,
  /^gcp:monitoring\/notificationChannel:/,
  /^gcp:projects\//,
  /^gcp:serviceaccount\//,
  /^gcp:\w+\/\w*(IAMMember|IAMBinding|IAMPolicy|IamMember|IamBinding|IamPolicy):/i,
  /^gcp:secretmanager\/secret:/, // its versions are charged
  /^gcp:storage\/(bucketObject|bucketACL|bucketIAM\w+):/,
  /^kubernetes:/, // objects of a cluster; services/kubernetes.ts knows the ones that cost something
];

/** Whether a type of resource costs nothing by itself. */
export function isFree(type: string): boolean {
  return FREE.some((pattern) => pattern.test(type));
}
