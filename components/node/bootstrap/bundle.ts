import { createHash } from "node:crypto";
import { join } from "node:path";
import { secretMark, sliceOf, type NodeFile, type Placed, type Provision, type Role } from "../../model/role";
import { TLS } from "../../model/tls";
import { FUNCTIONS, quote, renderScript } from "../script";
import { PLANNED_HOSTS, programFiles } from "./programs";
import { nodeSecret } from "./userdata";

/** A node's bootstrap: one shell script, addressed by its content. */
export interface Bundle {
  readonly script: string;
  /** SHA-256 of the script, hexadecimal. */
  readonly sha256: string;
}

/** Renders the bootstrap of a node. Pure: the same roles always produce the same bytes. */
export function renderBundle(node: string, roles: readonly Placed[], all: readonly Placed[]): Bundle {
  const provisions = roles.map((placed) => ({ placed, ...placed.role.provision(placed, all) }));
  const files = provisions.flatMap((provision) => provision.files);
  assertDistinct(node, files);
  const secrets = [nodeSecret(node), ...new Set(roles.flatMap((placed) => placed.role.secrets))];
  const script = [
    renderScript(join(__dirname, "library.sh"), { NODE_SECRET: nodeSecret(node), PLANNED_HOSTS }, [
      FUNCTIONS.writeHosts,
    ]),
    ...programFiles(provisions, all).map(put),
    "put_hosts",
    "start_agent",
    call("fetch_secrets", ...secrets),
    ...[systemSettings(provisions), ...files.filter((file) => file.early)].map(put),
    "apply_sysctl",
    "getent group ape-tls >/dev/null || groupadd --system ape-tls",
    ...tlsFiles(node).map(put),
    ...unique(
      provisions.flatMap((p) =>
        (p.sources ?? []).map((s) => call("add_source", s.name, s.uri, s.suite, s.components, s.keyUrl, s.fingerprint)),
      ),
    ),
    call("install_packages", ...new Set(provisions.flatMap((p) => p.packages))),
    ...provisions.flatMap(({ placed: { role } }) =>
      role.disk === undefined
        ? []
        : [call("mount_disk", role.name, role.disk.mount), call("own_disk", role.disk.mount, role.disk.owner)],
    ),
    ...optional("grant_tls", unique(provisions.flatMap((p) => p.tlsUsers ?? []))),
    ...optional("mask_units", unique(provisions.flatMap((p) => p.masks ?? []))),
    ...provisions.flatMap((p) => accounting(p.placed.role, p)).map(put),
    ...files.filter((file) => !file.early).map(put),
    ...provisions.flatMap((p) => p.prepare ?? []),
    call("start_units", ...provisions.flatMap((p) => p.units)),
    ...provisions.map((p) => call("await_health", p.placed.role.name, p.health)),
    "finish",
    "",
  ].join("\n");
  return { script, sha256: createHash("sha256").update(script).digest("hex") };
}

function systemSettings(provisions: readonly Provision[]): NodeFile {
  return { path: "/etc/sysctl.d/90-ape.conf", content: sysctl(provisions) };
}

function tlsFiles(node: string): NodeFile[] {
  const secret = nodeSecret(node);
  const owner = "root:ape-tls";
  return [
    { path: TLS.ca, content: `${secretMark(secret, "ca")}\n`, owner },
    { path: TLS.certificate, content: `${secretMark(secret, "certificate")}\n`, owner },
    { path: TLS.key, content: `${secretMark(secret, "key")}\n`, owner, mode: "0640" },
  ];
}

function sysctl(provisions: readonly Provision[]): string {
  const values = new Map<string, number>();
  for (const { sysctl: settings = {} } of provisions) {
    for (const [key, value] of Object.entries(settings)) {
      values.set(key, Math.max(value, values.get(key) ?? value));
    }
  }
  return [...values.entries()]
    .sort(([a], [b]) => a.localeCompare(b, "en"))
    .map(([key, value]) => `${key} = ${value}\n`)
    .join("");
}

/**
 * The role's slice and a drop-in for each of its units: memory is limited, CPU is shared by weight, and no unit starts
 * before its disk is mounted.
 */
function accounting(role: Role, provision: Provision): NodeFile[] {
  const slice = sliceOf(role.service);
  const requires =
    role.disk === undefined
      ? ""
      : `[Unit]\nRequiresMountsFor=${role.disk.mount}\nAssertPathIsMountPoint=${role.disk.mount}\n`;
  return [
    {
      path: `/etc/systemd/system/${slice}`,
      content: [
        "[Slice]",
        `MemoryMax=${Math.round(role.needs.memGiB * 1024)}M`,
        `CPUWeight=${Math.min(10_000, Math.max(1, Math.round(role.needs.vcpu * 100)))}`,
        "",
      ].join("\n"),
    },
    ...provision.units
      .filter((unit) => unit.endsWith(".service"))
      .map((unit) => ({
        path: `/etc/systemd/system/${unit}.d/50-ape.conf`,
        content: `${requires}[Service]\nSlice=${slice}\n`,
      })),
  ];
}

function put(file: NodeFile): string {
  const mark = heredocMark(file.content);
  const head = file.seed
    ? call("seed_file", file.path, file.mode ?? "0644", owner(file))
    : call("put_file", file.path, file.mode ?? "0644", owner(file), file.restarts ?? "", file.reloads ?? "");
  const body = file.content.endsWith("\n") || file.content === "" ? file.content : `${file.content}\n`;
  return `${head} <<'${mark}'\n${body}${mark}`;
}

function owner(file: NodeFile): string {
  const name = file.owner ?? "root:root";
  return name.includes(":") ? name : `${name}:${name}`;
}

function heredocMark(content: string): string {
  let mark = "END";
  while (content.split("\n").includes(mark)) {
    mark += "_";
  }
  return mark;
}

/** A shell command line, its arguments quoted. */
function call(command: string, ...args: readonly string[]): string {
  return [command, ...args.map(quote)].join(" ");
}

function optional(command: string, args: readonly string[]): string[] {
  return args.length === 0 ? [] : [call(command, ...args)];
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function assertDistinct(node: string, files: readonly NodeFile[]): void {
  const paths = files.map((file) => file.path);
  const twice = paths.filter((path, index) => paths.indexOf(path) !== index);
  if (twice.length > 0) {
    throw new Error(`${node}: two roles write ${unique(twice).join(", ")}`);
  }
}
