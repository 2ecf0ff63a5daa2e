import { ALL_CONTAINERS, containerPort, containerUnit } from "../../components/api/containers";
import type { NodeFile, Placed, Provision, Role } from "../../components/node/role";
import type { StackPlan } from "../../stacks/plan";
import type { Neo4jArchive } from "./neo4j/archive";

/**
 * A plan whose nodes do without the software that can't be had here, and everything else as planned. With `neo4j` its
 * packages come from that archive.
 */
export function withoutAbsent(plan: StackPlan, neo4j?: Neo4jArchive): StackPlan {
  const replaced = (placed: Placed): Placed => ({ ...placed, role: standIn(placed.role, neo4j) });
  return {
    ...plan,
    placed: plan.placed.map(replaced),
    nodes: plan.nodes.map((node) => ({ ...node, roles: node.roles.map(replaced) })),
    ...(plan.apiGroup === undefined
      ? {}
      : { apiGroup: { ...plan.apiGroup, role: standIn(plan.apiGroup.role, neo4j) } }),
  };
}

/** The API's image is its owner's, and Neo4j's packages are on a server of their own. */
function standIn(role: Role, neo4j: Neo4jArchive | undefined): Role {
  switch (role.service) {
    case "api":
      return { ...role, provision: (self, all) => apiWithoutImage(role.provision(self, all)) };
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

/** The same packages of the same archive, but for whose signature they are believed. */
function signedBy({ fingerprint }: Neo4jArchive, planned: Provision): Provision {
  return { ...planned, sources: planned.sources!.map((source) => ({ ...source, fingerprint })) };
}

/** Says "ok" to every HTTP request; a copy for each role, since two may share a node. */
function server(role: string): NodeFile {
  return { path: `/usr/local/lib/ape/stand-in-${role}`, mode: "0755", content: SERVER };
}

const SERVER = `#!/usr/bin/python3
import http.server, sys

class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "3")
        self.end_headers()
        self.wfile.write(b"ok\\n")

http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Answer).serve_forever()
`;

function unit(name: string, role: string, host: string, port: number): NodeFile {
  return {
    path: `/etc/systemd/system/${name}`,
    content: `[Unit]\nDescription=Stand-in on port ${port}\n[Service]\nExecStart=${server(role).path} ${host} ${port}\nRestart=always\n[Install]\nWantedBy=multi-user.target\n`,
  };
}

/** nginx and HAProxy as planned, and a server that answers in the place of each container. */
function apiWithoutImage(planned: Provision): Provision {
  const containers = planned.files.filter(({ path }) => path.endsWith(".container")).length;
  return {
    ...planned,
    packages: planned.packages.filter((name) => name !== "podman" && name !== "crun"),
    files: [
      ...planned.files.filter(({ path }) => !path.endsWith(".container")),
      server("api"),
      ...Array.from({ length: containers }, (_, index) =>
        unit(containerUnit(index), "api", "127.0.0.1", containerPort(index)),
      ),
    ],
    units: planned.units.filter((name) => name !== ALL_CONTAINERS),
  };
}

/** Something on each of the role's ports, so that its firewall can be seen to work. */
function listeners({ name, service, listens }: Role): Provision {
  const files = listens.map(({ port }) => unit(`${name}-${port}.service`, service, "0.0.0.0", port));
  return {
    packages: [],
    files: [server(service), ...files],
    units: files.map(({ path }) => path.split("/").at(-1)!),
    health: listens.map(({ port }) => `curl -fsS http://localhost:${port}/`).join(" && "),
  };
}
