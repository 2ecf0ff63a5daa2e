import type { Cloud } from "../../components/model/cloud";
import type { Host } from "../stack/local-stack";
import { ADDRESSES } from "../network/network";

export interface ImageFile {
  /** Below the host's root. */
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

/** How each cloud's image finds the script that it was given. */
const CLOUDS: Readonly<Record<Cloud, (host: Host) => ImageFile[]>> = {
  aws: ({ name, userData }) => [
    { path: "var/lib/cloud/seed/nocloud/meta-data", content: `instance-id: ${name}\nlocal-hostname: ${name}\n` },
    { path: "var/lib/cloud/seed/nocloud/user-data", content: userData },
    {
      path: "etc/cloud/cloud.cfg.d/99-rehearsal.cfg",
      content: "datasource_list: [NoCloud]\nnetwork: {config: disabled}\napt: {preserve_sources_list: true}\n",
    },
    ...disabled("google-startup-scripts.service", "google-shutdown-scripts.service", "google-guest-agent.service"),
  ],
  // The agent's runner of scripts asks the metadata service; the rest of the agent sets up what the rehearsal has set up.
  gcp: () => [
    { path: "etc/cloud/cloud-init.disabled", content: "" },
    ...disabled("google-guest-agent.service", "google-shutdown-scripts.service"),
    {
      path: "etc/systemd/system/google-startup-scripts.service.d/rehearsal.conf",
      content: "[Service]\nStandardOutput=journal+console\nStandardError=journal+console\n",
    },
  ],
};

/** What a host's root holds beyond Debian's: what the cloud's own image and network would give it. */
export function imageFiles(cloud: Cloud, host: Host): ImageFile[] {
  const resolver = cloud === "aws" ? ADDRESSES.resolver : ADDRESSES.metadata;
  return [
    { path: "etc/resolv.conf", content: `nameserver ${resolver}\n` },
    { path: "etc/hostname", content: `${host.name}\n` },
    {
      path: "etc/apt/apt.conf.d/99-rehearsal",
      content: 'Acquire::Languages "none";\nDpkg::Options { "--force-unsafe-io"; };\n',
    },
    ...CLOUDS[cloud](host),
  ];
}

function disabled(...units: readonly string[]): ImageFile[] {
  return units.map((unit) => ({ path: `etc/systemd/system/${unit}.d/rehearsal.conf`, content: NEVER }));
}

const NEVER = "[Unit]\nConditionPathExists=/nonexistent\n";
