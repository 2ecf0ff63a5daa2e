import type { Cloud } from "../../components/model/cloud";
import type { Host } from "../stack/local-stack";
import { ADDRESSES } from "../network/network";

export interface ImageFile {
  /** Relative to the host's root. */
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

interface CloudImage {
  /** Address of the cloud's name server. */
  readonly resolver: string;
  /** Files by which the image's agent finds the user data. */
  readonly files: (host: Host) => ImageFile[];
}

const CLOUD_IMAGES: Readonly<Record<Cloud, CloudImage>> = {
  aws: { resolver: ADDRESSES.resolver, files: awsFiles },
  gcp: { resolver: ADDRESSES.metadata, files: gcpFiles },
};

function awsFiles({ name, instance, userData }: Host): ImageFile[] {
  return [
    { path: "var/lib/cloud/seed/nocloud/meta-data", content: `instance-id: ${instance}\nlocal-hostname: ${name}\n` },
    { path: "var/lib/cloud/seed/nocloud/user-data", content: userData },
    {
      path: "etc/cloud/cloud.cfg.d/99-rehearsal.cfg",
      content: "datasource_list: [NoCloud]\nnetwork: {config: disabled}\napt: {preserve_sources_list: true}\n",
    },
    ...disabled("google-startup-scripts.service", "google-shutdown-scripts.service", "google-guest-agent.service"),
  ];
}

/** Only the agent's script runner is needed; the rehearsal sets up what the rest of the agent would. */
function gcpFiles(): ImageFile[] {
  return [
    { path: "etc/cloud/cloud-init.disabled", content: "" },
    ...disabled("google-guest-agent.service", "google-shutdown-scripts.service"),
    {
      path: "etc/systemd/system/google-startup-scripts.service.d/rehearsal.conf",
      content: "[Service]\nStandardOutput=journal+console\nStandardError=journal+console\n",
    },
  ];
}

/** Files on top of Debian's base root that the cloud's image and network would provide. */
export function imageFiles(cloud: Cloud, host: Host): ImageFile[] {
  const { resolver, files } = CLOUD_IMAGES[cloud];
  return [
    { path: "etc/resolv.conf", content: `nameserver ${resolver}\n` },
    { path: "etc/hostname", content: `${host.name}\n` },
    {
      path: "etc/apt/apt.conf.d/99-rehearsal",
      content: 'Acquire::Languages "none";\nDpkg::Options { "--force-unsafe-io"; };\n',
    },
    ...disabled("systemd-modules-load.service"), // a container cannot load kernel modules
    ...files(host),
  ];
}

function disabled(...units: readonly string[]): ImageFile[] {
  return units.map((unit) => ({ path: `etc/systemd/system/${unit}.d/rehearsal.conf`, content: NEVER }));
}

const NEVER = "[Unit]\nConditionPathExists=/nonexistent\n";
