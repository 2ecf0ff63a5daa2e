/** Patterns of secrets. Reports show the name of the kind, never the text. */
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

/** Names of settings whose value is a secret in any format. */
const TELLING_NAME = /(^|[_.-])(password|passwd|secret|token|api_?key|private_?key)$/i;
/** A reference to a secret: a path, an ARN, a variable, a name in the store. */
const REFERENCE = /^$|^[/$<{]|^(arn|projects|file|https?):|^[a-z0-9/_.-]+$/;

/** Kinds of secrets in a text, plain or base64-encoded. `name` is the name of the setting with this value. */
export function secretsIn(text: string, name = ""): string[] {
  const kinds = [text, ...decoded(text)].flatMap((each) =>
    PATTERNS.filter(([, pattern]) => pattern.test(each)).map(([kind]) => kind),
  );
  const named = TELLING_NAME.test(name) && !REFERENCE.test(text) ? ["a value whose name indicates a secret"] : [];
  return [...new Set([...kinds, ...named])];
}

/** The decoded text if it is base64, otherwise its base64 parts decoded. */
function decoded(text: string): string[] {
  const whole = text.replace(/\s/g, "");
  const parts = /^[A-Za-z0-9+/]{16,}={0,2}$/.test(whole) ? [whole] : (text.match(/[A-Za-z0-9+/]{40,}={0,2}/g) ?? []);
  return parts.map(unpacked).filter(isText);
}

function unpacked(part: string): string {
  return Buffer.from(part, "base64").toString("utf8");
}

/** Whether decoded bytes are text and not binary data. */
function isText(text: string): boolean {
  return text.length > 0 && !/[^\P{Cc}\s]|\ufffd/u.test(text.slice(0, 200));
}
