/** What secrets look like. The names are shown, the texts never. */
const PATTERNS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["an AWS access key", /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["an AWS secret key", /aws_?secret_?(access_?)?key["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}\b/i],
  ["a private key", /-----BEGIN (RSA |EC |OPENSSH |DSA |ENCRYPTED )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}/],
  ["a GitHub token", /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ["a Google API key", /\bAIza[0-9A-Za-z_-]{35}\b/],
  ["a Slack token", /\bxox[abprs]-[0-9A-Za-z-]{10,}/],
  ["a Pulumi token", /\bpul-[0-9a-f]{40}\b/],
  ["a password in a URL", /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@"'$]+:[^/\s:@"'$]{4,}@[a-z0-9[]/i],
  ["a password", /(?<![a-z])(password|passwd|secret|token|api_?key)["']?\s*[:=]\s*["'][^"'$\s{}<>]{8,}["']/i],
];

/** Names of settings whose value is a secret, whatever it looks like. */
const TELLING_NAME = /(^|[_.-])(password|passwd|secret|token|api_?key|private_?key)$/i;
/** A reference to a secret instead of one: a path, an ARN, a variable, a name in the store. */
const REFERENCE = /^$|^[/$<{]|^(arn|projects|file|https?):|^[a-z0-9/_.-]+$/;

/** Kinds of secrets in a text, itself or decoded; `name` is what the text is the value of. */
export function secretsIn(text: string, name = ""): string[] {
  const kinds = [text, ...decoded(text)].flatMap((each) =>
    PATTERNS.filter(([, pattern]) => pattern.test(each)).map(([kind]) => kind),
  );
  const named = TELLING_NAME.test(name) && !REFERENCE.test(text) ? ["a value that its name calls a secret"] : [];
  return [...new Set([...kinds, ...named])];
}

/** What a text is when it is base64, and what stands in it as base64. */
function decoded(text: string): string[] {
  const whole = text.replace(/\s/g, "");
  const parts = /^[A-Za-z0-9+/]{16,}={0,2}$/.test(whole) ? [whole] : (text.match(/[A-Za-z0-9+/]{40,}={0,2}/g) ?? []);
  return parts.map(unpacked).filter(isText);
}

function unpacked(part: string): string {
  return Buffer.from(part, "base64").toString("utf8");
}

/** Base64 of something else is noise. */
function isText(text: string): boolean {
  return text.length > 0 && !/[^\P{Cc}\s]|\ufffd/u.test(text.slice(0, 200));
}
