import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeFile, Placed, Provision, Role } from "../../components/model/role";
import type { StackPlan } from "../../stacks/plan";
import type { Neo4jArchive } from "../build/neo4j/archive";
import { FIRST_VERSION, imageName } from "../build/api-images";
import type { Substitutes } from "./substitutes";

/** Replaces software that is not available locally: the API's image and Neo4j. Everything else stays as planned. */
export function withSubstitutes(plan: StackPlan, substitutes: Substitutes): StackPlan {
  const replaced = (placed: Placed): Placed => ({ ...placed, role: substituteRole(placed.role, substitutes) });
  const { spec } = plan;
  return {
    ...plan,
    spec: { ...spec, api: { ...spec.api, image: imageOf(spec.api.image, substitutes) } },
    placed: plan.placed.map(replaced),
    nodes: plan.nodes.map((node) => ({ ...node, roles: node.roles.map(replaced) })),
    ...(plan.apiGroup === undefined
      ? {}
      : { apiGroup: { ...plan.apiGroup, role: substituteRole(plan.apiGroup.role, substitutes) } }),
  };
}

function imageOf(planned: string, { apiImages }: Substitutes): string {
  return apiImages === undefined ? planned : imageName(planned, apiImages.digests[FIRST_VERSION]);
}

function substituteRole(role: Role, { neo4j, apiImages }: Substitutes): Role {
  switch (role.service) {
    case "api":
      return {
        ...role,
        provision: (self, all) => (apiImages === undefined ? withoutImage : withoutCgroups)(role.provision(self, all)),
      };
    case "neo4j":
      return neo4j === undefined
        ? {
            ...role,
            ...(role.disk === undefined ? {} : { disk: { ...role.disk, owner: "root" } }),
            provision: () => listeners(role),
          }
        : { ...role, provision: (self, all) => signedBy(neo4j, role.provision(self, all)) };
    default:
      return role;
  }
}

/** The planned packages, trusted with the local archive's signing key. */
function signedBy({ fingerprint }: Neo4jArchive, planned: Provision): Provision {
  return { ...planned, sources: planned.sources!.map((source) => ({ ...source, fingerprint })) };
}

const SERVER = join(__dirname, "stand-in-server.py");

/** A server that answers "ok" to every HTTP request. One file per role because roles may share a node. */
function server(role: string): NodeFile {
  return { path: `/usr/local/lib/ape/stand-in-${role}`, mode: "0755", content: readFileSync(SERVER, "utf8") };
}

function unit(name: string, role: string, host: string, port: number | "%i"): NodeFile {
  return {
    path: `/etc/systemd/system/${name}`,
    content: `[Unit]\nDescription=Stand-in on port ${port}\n[Service]\nExecStart=${server(role).path} ${host} ${port}\nRestart=always\n[Install]\nWantedBy=multi-user.target\n`,
  };
}

const QUADLET = "/etc/containers/systemd/ape-api@.container";

/** nginx, HAProxy and releases as planned, with a stand-in server instead of each container. */
function withoutImage(planned: Provision): Provision {
  return {
    ...planned,
    packages: planned.packages.filter((name) => name !== "podman" && name !== "crun"),
    files: [
      ...planned.files.filter(({ path }) => path !== QUADLET),
      server("api"),
      unit("ape-api@.service", "api", "127.0.0.1", "%i"),
      { path: "/usr/local/bin/podman", mode: "0755", content: "#!/bin/sh\n# No image to pull.\n" },
    ],
  };
}

/** Containers without limits: a machine in a container has no control groups for them. The machine's limit applies. */
function withoutCgroups(planned: Provision): Provision {
  return {
    ...planned,
    files: planned.files.map((file) =>
      file.path === QUADLET
        ? { ...file, content: file.content.replace(/--memory=\S+ --cpus=\S+/, "--cgroups=disabled") }
        : file,
    ),
  };
}

/** A stand-in server on each of the role's ports, so that firewall rules can be tested. */
function listeners({ name, service, listens }: Role): Provision {
  const files = listens.map(({ port }) => unit(`${name}-${port}.service`, service, "0.0.0.0", port));
  return {
    packages: [],
    files: [server(service), ...files],
    units: files.map(({ path }) => path.split("/").at(-1)!),
    health: listens.map(({ port }) => `curl -fsS http://localhost:${port}/`).join(" && "),
  };
}
