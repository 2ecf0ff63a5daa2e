import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { newestAwsImage, newestGcpImage, type AwsImage, type GcpImage } from "./newest";

const PINS = join(__dirname, "../../components/model/image-pins.json");

interface Pins {
  aws: Record<string, { id: string; name: string }>;
  gcp: { id: string };
}

const program = new Command("npm run images --")
  .description("Pins the newest Debian 13 image of each region. Requires the command lines aws and gcloud, logged in.")
  .option("--region <region>", "also pin this AWS region, repeatable", (value, all: string[]) => [...all, value], [])
  .option("--dry-run", "show the changes without writing them", false)
  .addHelpText(
    "after",
    `
The next update of a stack in a region whose pin changed replaces its nodes, one after the other. Data disks are kept.

Examples:
  npm run images
  npm run images -- --region eu-west-1 --dry-run`,
  );

function main(): void {
  const { region, dryRun } = program.parse().opts<{ region: string[]; dryRun: boolean }>();
  const pins = JSON.parse(readFileSync(PINS, "utf8")) as Pins;
  for (const name of new Set([...Object.keys(pins.aws), ...region])) {
    const before = pins.aws[name]?.id ?? "not pinned";
    pins.aws[name] = newestAwsImage(askAws(name));
    console.log(`aws ${name}: ${before} -> ${pins.aws[name].id} (${pins.aws[name].name})`);
  }
  const before = pins.gcp.id;
  pins.gcp = { id: newestGcpImage(askGcp()) };
  console.log(`gcp: ${before} -> ${pins.gcp.id}`);
  if (!dryRun) {
    writeFileSync(PINS, `${JSON.stringify(pins, null, 2)}\n`);
  }
}

function askAws(region: string): AwsImage[] {
  const filters = ["Name=name,Values=debian-13-amd64-*", "Name=architecture,Values=x86_64"];
  // 136693071363 is Debian's own account (https://wiki.debian.org/Cloud/AmazonEC2Image).
  const args = [
    "ec2",
    "describe-images",
    "--region",
    region,
    "--owners",
    "136693071363",
    "--filters",
    ...filters,
    "--output",
    "json",
  ];
  return (JSON.parse(execFileSync("aws", args, { encoding: "utf8" })) as { Images: AwsImage[] }).Images;
}

function askGcp(): GcpImage[] {
  const filter = "family=debian-13 AND status=READY";
  const args = [
    "compute",
    "images",
    "list",
    "--project",
    "debian-cloud",
    "--no-standard-images",
    "--filter",
    filter,
    "--format",
    "json",
  ];
  return JSON.parse(execFileSync("gcloud", args, { encoding: "utf8" })) as GcpImage[];
}

main();
