import { CLOUDS } from "../../components/model/cloud";
import { regions, regionZones } from "../../components/model/regions";
import { PROJECT } from "../../stacks/config/load";
import { KEYS, type Key } from "../../stacks/config/keys";
import { RULES } from "../../stacks/config/rules/index";
import { SIZES, type Size } from "../../stacks/config/sizes";
import { DISK_GIB } from "../../stacks/config/spec";
import { TIER_NAMES, TIERS, type Tier } from "../../stacks/tiers";

/** docs/configuration.md, whole. */
export function configurationPage(): string {
  const keys = Object.entries(KEYS) as [string, Key<unknown>][];
  return `${[
    '<!-- Made by "npm run docs" from stacks/config/: change it there. -->',
    "# Configuration",
    INTRODUCTION,
    "## Required",
    keyTable(keys.filter(([, key]) => key.default === undefined)),
    "## Optional",
    keyTable(keys.filter(([, key]) => key.default !== undefined)),
    "## Sizes: `overrides`",
    SIZES_INTRODUCTION,
    sizeTable(),
    "## Between keys",
    RULES.map(({ says }) => `- ${says}`).join("\n"),
    "## Regions",
    "Those with three zones that every new account can use. The zones are taken in this order.",
    regionTable(),
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `A stack is configured in \`Pulumi.<stack>.yaml\`, each key behind \`${PROJECT}:\`, or with \`pulumi config set\`:

\`\`\`sh
pulumi config set tier t3
pulumi config set --path 'overrides.neo4j.heapGiB' 6
\`\`\`

Everything is checked before the first resource: all problems are reported at once, each with what is allowed and an
example. A key that doesn't exist is a problem too. \`auto\` means that the value follows from the other keys.`;

const SIZES_INTRODUCTION = `Sizes follow the tier, and \`overrides\` changes single ones. Data disks have the same size in all tiers, because a disk
never shrinks: so a change of tier never touches one.

\`\`\`yaml
${PROJECT}:overrides:
  neo4j: { heapGiB: 6, diskGiB: 80 }
\`\`\``;

function keyTable(keys: readonly (readonly [string, Key<unknown>])[]): string {
  return table(
    ["Key", "What it is", "Allowed", "Default", "Example"],
    keys.map(([name, key]) => [
      `\`${name}\``,
      key.secret ? `${key.description} Secret.` : key.description,
      prose(key.allowed),
      key.default === undefined ? "required" : code(key.default),
      `\`${key.example}\``,
    ]),
  );
}

function sizeTable(): string {
  const rows = Object.entries(SIZES).flatMap(([service, sizes]) =>
    Object.entries(sizes).map(([name, size]: [string, Size<unknown>]) => [
      `\`${service}.${name}\``,
      size.description,
      prose(size.allowed),
      ...TIER_NAMES.map((tier) => sizeOf(TIERS[tier], service, name)),
    ]),
  );
  return table(["Size", "What it is", "Allowed", ...TIER_NAMES.map((tier) => tier.toUpperCase())], rows);
}

/** What a tier has where nothing is overridden; a dash where it doesn't say. */
function sizeOf(tier: Tier, service: string, name: string): string {
  const sizes = (tier as unknown as Record<string, Record<string, number>>)[service]!;
  if (name === "diskGiB") {
    return String(DISK_GIB[service as keyof typeof DISK_GIB]);
  }
  if (service === "neo4j" && name === "members") {
    return tier.highAvailability ? "3" : "1";
  }
  return String(sizes[name] ?? "-");
}

function regionTable(): string {
  const rows = CLOUDS.flatMap((cloud) =>
    regions(cloud).map((region) => [cloud, `\`${region}\``, regionZones(cloud, region).join(", ")]),
  );
  return table(["Cloud", "Region", "Zones"], rows);
}

/** Text with its angle brackets as such: Markdown would take them for HTML. */
function prose(text: string): string {
  return text.replaceAll("<", "\\<");
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}
