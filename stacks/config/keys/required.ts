import { CLOUDS } from "../../../components/model/cloud";
import { TIER_NAMES } from "../../tiers";
import { among, refuse, text } from "../parsers";
import { key } from "./key";

const LABEL = /^[a-z][a-z0-9_-]{0,62}$/;
const LABEL_WORDS = "1 to 63 of a-z, 0-9, _ and -, a letter first: valid as an AWS tag and as a Google Cloud label";

/** Keys that every stack must set. */
export const REQUIRED_KEYS = {
  cloud: key({
    type: "string",
    ...among(CLOUDS),
    example: "aws",
    description: "Cloud that the stack is deployed to.",
  }),
  tier: key({
    type: "string",
    ...among(TIER_NAMES),
    example: TIER_NAMES[1],
    description: "Load tier of the Scaling Strategy. It sets sizes, the budget and defaults.",
  }),
  owner: key({
    type: "string",
    allowed: LABEL_WORDS,
    example: "platform-team",
    description: "Team responsible for the stack. A label on every resource.",
    parse: text(LABEL),
  }),
  costCentre: key({
    type: "string",
    allowed: LABEL_WORDS,
    example: "ape-2026",
    description: "Cost centre that pays for the stack. A label on every resource.",
    parse: text(LABEL),
  }),
  apiImage: key({
    type: "string",
    allowed:
      "a full image reference, <registry>/<path>:<tag> or <registry>/<path>@sha256:<digest>; the tag latest is not allowed",
    example: "registry.example.com/ape/api:1.0.0",
    description: "Container image of the API. It listens on PORT, runs WEB_CONCURRENCY workers and answers /ready.",
    parse: image,
  }),
};

/** Registry, path, tag, digest. Short names are refused: nodes have no default registry. */
function image(value: unknown): string {
  const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  const registry = "(?:localhost|[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:))(?::\\d{1,5})?";
  const whole = new RegExp(`^${registry}(?:/${component})+(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`);
  const given = text(/^\S+$/)(value);
  const [, tag, digest] = whole.exec(given) ?? refuse("not a full image reference (registry/path:tag)");
  if (digest === undefined && tag === undefined) {
    return refuse("it has no tag, so the release cannot be identified or rolled back");
  }
  return digest === undefined && tag === "latest"
    ? refuse("the tag latest moves, so the release cannot be identified or rolled back")
    : given;
}
