// The direction of imports, which `npm run imports` checks. Each folder lists the folders that its files may import; any other
// import is an error, and so is a circle between files. Imports of types count, because they tie files together as well.

const MODEL = ["components/model"];
const PLATFORM = ["components/platform", ...MODEL];
const PKI = ["components/pki", ...PLATFORM];
const NODE = ["components/node", ...PKI];
const SERVICES = ["components/api", "components/neo4j", "components/redis", "components/timescaledb"];
const SHARED = ["components/backups", "components/budget"];
const STACKS = ["stacks", ...SERVICES, ...SHARED, ...NODE];
const COST = ["cost", ...STACKS];
const POLICY = ["policy", ...COST];
const PLANNING = ["planning", ...POLICY];
const REHEARSAL = ["rehearsal", ...PLANNING];

/** Folders, and the folders whose files they may import. */
const ALLOWED = {
  "components/model": MODEL,
  "components/platform": PLATFORM,
  "components/pki": PKI,
  "components/node": NODE,
  ...Object.fromEntries([...SERVICES, ...SHARED].map((folder) => [folder, [folder, ...NODE]])),
  stacks: STACKS,
  cost: COST,
  policy: POLICY,
  planning: PLANNING,
  rehearsal: REHEARSAL,
};

const CLOUDS = ["aws", "gcp"];

const OURS = "^(index\\.ts|components|stacks|cost|policy|planning|rehearsal|tools|test)(/|$)";
const below = (folders) => `^(${folders.join("|")})/`;
const exactly = (path) => `^${path.replaceAll(".", "\\.")}$`;

export default {
  forbidden: [
    ...Object.entries(ALLOWED).map(([folder, allowed]) => ({
      name: `direction:${folder}`,
      comment:
        `${folder}/ may import only ${allowed.join(", ")}. ` +
        "Move what both files need to a folder that both may import (shared vocabulary: components/model), or pass it as an argument.",
      severity: "error",
      from: { path: below([folder]) },
      to: { path: OURS, pathNot: below(allowed) },
    })),
    {
      name: "direction:index",
      comment: "index.ts is what Pulumi runs: it starts the stack, and imports only stacks/.",
      severity: "error",
      from: { path: exactly("index.ts") },
      to: { path: OURS, pathNot: below(["stacks"]) },
    },
    {
      name: "direction:nothing-imports-index",
      comment: "index.ts declares resources when it is loaded. Move what is needed into stacks/.",
      severity: "error",
      from: {},
      to: { path: exactly("index.ts") },
    },
    {
      name: "direction:tools",
      comment:
        "A command imports its own folder and the program, not another command. Move what two commands share to planning/.",
      severity: "error",
      from: { path: "^tools/([^/]+)/" },
      to: { path: "^tools/", pathNot: "^tools/$1/" },
    },
    {
      name: "direction:tools-are-last",
      comment: "Only test/tools may import tools/. Move what is needed to planning/, or test it below test/tools.",
      severity: "error",
      from: { pathNot: "^(tools|test/tools)/" },
      to: { path: "^tools/" },
    },
    {
      name: "direction:tests-are-last",
      comment: "Only tests import test code. Move what is needed out of test/.",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    ...CLOUDS.map((cloud) => ({
      name: `direction:platform-${cloud}`,
      comment:
        `Only stacks/ (by a dynamic import, so that only one cloud's SDK is loaded) and tests may import components/platform/${cloud}. ` +
        "Move what is common to both clouds to components/platform.",
      severity: "error",
      from: { pathNot: [`^components/platform/${cloud}/`, "^stacks/", "^test/"] },
      to: { path: `^components/platform/${cloud}/` },
    })),
    {
      name: "direction:platform-is-dynamic",
      comment: "stacks/ imports a cloud's platform dynamically (await import), so that only one cloud's SDK is loaded.",
      severity: "error",
      from: { path: "^stacks/" },
      to: { path: below(CLOUDS.map((cloud) => `components/platform/${cloud}`)), dynamic: false },
    },
    {
      name: "circle",
      comment: "Files import each other in a circle. Move what they share to a third file that imports neither.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["node_modules", "^\\.cache/"] },
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".d.ts", ".json"] },
    cache: { folder: ".cache/dependency-cruiser", strategy: "content" },
  },
};
