import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, connect } from "node:tls";
import { authorityCertificate, issue } from "../../../components/pki/authority";

const AUTHORITY = { seed: "s".repeat(48), name: "ape-test", from: "2026-01-01" };
const REDIS = { name: "redis-1", dnsNames: ["redis-1", "redis-1.ape.internal"], addresses: ["10.60.16.112"] };

describe("the stack's certificate authority", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "ape-pki-"))));
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it("produces the same bytes for the same seed and names", () => {
    assert.deepEqual(issue(AUTHORITY, REDIS), issue(AUTHORITY, REDIS));
    assert.equal(authorityCertificate(AUTHORITY), authorityCertificate(AUTHORITY));
  });

  it("derives different keys for a different seed or subject", () => {
    const keys = [
      issue(AUTHORITY, REDIS).key,
      issue({ ...AUTHORITY, seed: "t".repeat(48) }, REDIS).key,
      issue(AUTHORITY, { ...REDIS, name: "redis-2" }).key,
    ];
    assert.equal(new Set(keys).size, 3);
  });

  it("issues new certificates from the same key when the first day changes", () => {
    const renewed = issue({ ...AUTHORITY, from: "2027-01-01" }, REDIS);
    assert.equal(renewed.key, issue(AUTHORITY, REDIS).key);
    const certificate = new X509Certificate(renewed.certificate);
    assert.equal(certificate.validFrom, "Jan  1 00:00:00 2027 GMT");
    assert.equal(certificate.validTo, "Jan  1 00:00:00 2037 GMT");
    assert.notEqual(certificate.serialNumber, new X509Certificate(issue(AUTHORITY, REDIS).certificate).serialNumber);
  });

  it("is accepted by OpenSSL, as server and client, for its names and addresses only", () => {
    const ca = write("ca.pem", authorityCertificate(AUTHORITY));
    const leaf = write("leaf.pem", issue(AUTHORITY, REDIS).certificate);
    const verify = (...args: string[]): string =>
      execFileSync("openssl", ["verify", "-x509_strict", "-CAfile", ca, ...args, leaf], { stdio: "pipe" }).toString();
    assert.match(verify("-purpose", "sslserver", "-verify_hostname", "redis-1.ape.internal"), /OK/);
    assert.match(verify("-purpose", "sslclient", "-verify_ip", "10.60.16.112"), /OK/);
    assert.throws(() => verify("-verify_hostname", "redis-2.ape.internal"), /hostname mismatch/i);
  });

  it("issues keys that match their certificates", () => {
    const { certificate, key } = issue(AUTHORITY, REDIS);
    assert.ok(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)));
    assert.ok(new X509Certificate(certificate).verify(new X509Certificate(authorityCertificate(AUTHORITY)).publicKey));
  });

  it("secures a TLS connection with mutual authentication", async () => {
    const ca = authorityCertificate(AUTHORITY);
    const server = issue(AUTHORITY, { name: "redis-1", dnsNames: ["localhost"], addresses: ["127.0.0.1"] });
    const client = issue(AUTHORITY, { name: "redis-2", dnsNames: ["redis-2"], addresses: [] });
    const listening = createServer({ ca, cert: server.certificate, key: server.key, requestCert: true }, (socket) =>
      socket.end(String(socket.getPeerCertificate().subject.CN)),
    );
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = listening.address() as { port: number };
      const seen = await new Promise<string>((resolve, reject) => {
        let text = "";
        connect({ port, host: "127.0.0.1", servername: "localhost", ca, cert: client.certificate, key: client.key })
          .on("data", (chunk: Buffer) => (text += chunk.toString()))
          .on("end", () => resolve(text))
          .on("error", reject);
      });
      assert.equal(seen, "redis-2");
    } finally {
      listening.close();
    }
  });
});
