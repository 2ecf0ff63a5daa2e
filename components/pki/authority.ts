import { createECDH, createPrivateKey, createPublicKey, createHash, hkdfSync } from "node:crypto";
import { p256 } from "@noble/curves/nist";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";

/**
 * The stack's certificate authority, for traffic between nodes. Keys and certificates are derived from one random seed, the
 * stack's most sensitive secret, and from their subjects' names. The same input always produces the same bytes, so that a
 * second update changes nothing and only the seed has to be stored.
 */
export interface AuthorityArgs {
  /** At least 32 random characters. */
  readonly seed: string;
  /** Common name of the authority, for example "ape-prod". */
  readonly name: string;
  /** First day of validity of all certificates, "YYYY-MM-DD". A later day issues new ones from the same keys. */
  readonly from: string;
}

/** The subject of a certificate. */
export interface Subject {
  /** Common name. The key is derived from it. */
  readonly name: string;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
}

/** A key and its certificate, PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const COMMON_NAME = "2.5.4.3";
const VALID_YEARS = 10;

/** When certificates expire whose validity begins on a day, "YYYY-MM-DD". */
export function validUntil(from: string): Date {
  const end = new Date(`${from}T00:00:00Z`);
  end.setUTCFullYear(end.getUTCFullYear() + VALID_YEARS);
  return end;
}

/** The authority's certificate, PEM, which clients must trust. */
export function authorityCertificate(args: AuthorityArgs): string {
  const pair = keyPair(args.seed, "authority");
  return certificate(args, pair, { name: args.name, publicKey: pair.publicKey }, [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyId(pair.publicKey))),
  ]);
}

/** A key and certificate for both server and client authentication: cluster members are both. */
export function issue(args: AuthorityArgs, subject: Subject): Issued {
  const authority = keyPair(args.seed, "authority");
  const own = keyPair(args.seed, `subject ${subject.name}`);
  return {
    key: own.privatePem,
    certificate: certificate(args, authority, { name: subject.name, publicKey: own.publicKey }, [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth])),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyId(own.publicKey))),
      extension(
        id_ce_authorityKeyIdentifier,
        new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyId(authority.publicKey)) }),
      ),
      extension(
        id_ce_subjectAltName,
        new SubjectAlternativeName([
          ...subject.dnsNames.map((dNSName) => new GeneralName({ dNSName })),
          ...subject.addresses.map((iPAddress) => new GeneralName({ iPAddress })),
        ]),
      ),
    ]),
  };
}

interface KeyPair {
  readonly secret: Uint8Array;
  readonly privatePem: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
}

function keyPair(seed: string, purpose: string): KeyPair {
  // 48 bytes reduced modulo the order have negligible bias: FIPS 186-5, A.4.1.
  const wide = BigInt(`0x${Buffer.from(hkdfSync("sha256", seed, "ape-deploy", purpose, 48)).toString("hex")}`);
  const scalar = (wide % (p256.CURVE.n - 1n)) + 1n;
  const secret = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const privateKey = createPrivateKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      d: secret.toString("base64url"),
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    },
  });
  return {
    secret,
    privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: createPublicKey(privateKey).export({ type: "spki", format: "der" }),
  };
}

function certificate(
  args: AuthorityArgs,
  authority: KeyPair,
  subject: { name: string; publicKey: Buffer },
  extensions: Extension[],
): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const notBefore = new Date(`${args.from}T00:00:00Z`);
  const notAfter = validUntil(args.from);
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: serial(args.from, subject.name, subject.publicKey, extensions),
    signature: algorithm,
    issuer: commonName(args.name),
    subject: commonName(subject.name),
    validity: new Validity({ notBefore, notAfter }),
    subjectPublicKeyInfo: AsnConvert.parse(subject.publicKey, SubjectPublicKeyInfo),
    extensions: new Extensions(extensions),
  });
  const digest = createHash("sha256")
    .update(Buffer.from(AsnConvert.serialize(body)))
    .digest();
  // Deterministic signature, RFC 6979. Node's signer uses a random number.
  const signature = p256.sign(digest, authority.secret, { lowS: false }).toDERRawBytes();
  const signed = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithm,
    signatureValue: Uint8Array.from(signature).buffer,
  });
  return pem(Buffer.from(AsnConvert.serialize(signed)));
}

/** 20 bytes, positive, the same for the same content. */
function serial(from: string, name: string, publicKey: Buffer, extensions: readonly Extension[]): ArrayBuffer {
  const hash = createHash("sha256").update(from).update("\0").update(name).update("\0").update(publicKey);
  extensions.forEach(({ extnValue }) => hash.update(Buffer.from(extnValue.buffer)));
  const bytes = Uint8Array.from(hash.digest().subarray(0, 20));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.buffer;
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function commonName(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

function keyId(publicKey: Buffer): ArrayBuffer {
  return Uint8Array.from(createHash("sha1").update(publicKey).digest()).buffer; // RFC 5280, 4.2.1.2
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
