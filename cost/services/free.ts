/** Resource types that are free; comments name where related charges are. */
const FREE: readonly RegExp[] = [
  /^(pulumi|random|tls|time|null):/,
  /^aws:iam\//,
  /^aws:acm\//, // certificates for load balancers are free
  /^aws:(budgets|resourcegroups)\//,
  /^aws:sns\/(topic|topicPolicy|topicSubscription):/, // the first 1,000 mails a month are free
  /^aws:autoscaling\/(attachment|policy|schedule|notification|lifecycleHook):/,
  /^aws:eks\/(addon|podIdentityAssociation|accessEntry|accessPolicyAssociation):/, // add-ons of AWS and the community are free
  /^aws:ebs\/(encryptionByDefault|defaultKmsKey):/,
  /^aws:ec2\/(launchTemplate|volumeAttachment|eipAssociation):/, // charged with the group, instance or volume
  /^aws:ec2\/(vpc\w+|subnet|route|routeTable|routeTableAssociation|internetGateway|\w*[sS]ecurityGroup\w*|networkAcl\w*|defaultRouteTable|placementGroup|tag|keyPair):/,
  /^aws:vpc\//,
  /^aws:kms\/(alias|grant|keyPolicy):/,
  /^aws:lb\/(listener|listenerRule|listenerCertificate|targetGroup|targetGroupAttachment):/,
  /^aws:route53\/record:/,
  /^aws:s3\/bucket(?!:)/, // bucket settings and a few small objects
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
  /^gcp:secretmanager\/secret:/, // charged per version
  /^gcp:storage\/(bucketObject|bucketACL|bucketIAM\w+):/,
  /^kubernetes:/, // services/kubernetes.ts has those that cost something
];

/** Whether a resource type has no charge. */
export function isFree(type: string): boolean {
  return FREE.some((pattern) => pattern.test(type));
}
