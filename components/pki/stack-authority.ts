import * as random from "@pulumi/random/randomPassword";
import * as pulumi from "@pulumi/pulumi";
import type { ServerCertificate } from "../platform/platform";
import type { AuthorityArgs, Subject } from "./authority";

const SEED_LENGTH = 64;

/** The stack's certificate authority. Its seed is generated once and stored, encrypted, in the state. */
export class StackAuthority extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:pki:Authority";
  /** The authority's certificate, PEM. Not a secret: clients need it. */
  readonly certificate: pulumi.Output<string>;
  private readonly seed: pulumi.Output<string>;

  constructor(
    name: string,
    private readonly args: Omit<AuthorityArgs, "seed">,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(StackAuthority.__pulumiType, name, { ...args }, opts);
    this.seed = new random.RandomPassword(
      `${name}-seed`,
      { length: SEED_LENGTH, special: false },
      { parent: this },
    ).result;
    this.certificate = pulumi.unsecret(
      this.seed.apply(async (seed) => (await authority()).authorityCertificate({ ...args, seed })),
    );
    this.registerOutputs({ from: args.from });
  }

  /** A key and certificate for a subject. Secret. */
  issue(subject: Subject): ServerCertificate {
    const issued = pulumi.secret(
      this.seed.apply(async (seed) => (await authority()).issue({ ...this.args, seed }, subject)),
    );
    return { certificate: issued.certificate, key: issued.key, chain: this.certificate };
  }
}

/** Loaded when a certificate is issued, not at start-up. */
function authority(): Promise<typeof import("./authority")> {
  return import("./authority");
}
