import assert from "node:assert/strict";
import {
  addressOn,
  parseCidr,
  podCidr,
  podCidrs,
  serviceCidr,
  subnetCidr,
  SUBNET_KINDS,
} from "../../../components/model/addresses";

describe("the address plan", () => {
  it("gives every kind and zone a separate subnet", () => {
    const subnets = SUBNET_KINDS.flatMap((kind) => [0, 1, 2].map((zone) => subnetCidr("10.60.0.0/16", kind, zone)));
    assert.deepEqual(subnets, [
      "10.60.0.0/24",
      "10.60.1.0/24",
      "10.60.2.0/24",
      "10.60.16.0/24",
      "10.60.17.0/24",
      "10.60.18.0/24",
      "10.60.32.0/24",
      "10.60.33.0/24",
      "10.60.34.0/24",
    ]);
  });

  it("avoids the addresses that clouds reserve", () => {
    assert.equal(addressOn("192.168.0.0/16", "data", 2, 16), "192.168.18.16");
    assert.throws(() => addressOn("192.168.0.0/16", "data", 2, 15), RangeError);
    assert.throws(() => addressOn("192.168.0.0/16", "data", 2, 251), RangeError);
  });

  it("gives a cluster's pods and services ranges that overlap no subnet", () => {
    const ranges = [podCidr("10.60.0.0/16"), serviceCidr("10.60.0.0/16")];
    assert.deepEqual(ranges, ["10.60.128.0/18", "10.60.192.0/20"]);
    const last = SUBNET_KINDS.map((kind) => parseCidr(subnetCidr("10.60.0.0/16", kind, 15)).base);
    const [pods, services] = ranges.map(parseCidr) as [{ base: number; prefix: number }, { base: number }];
    assert.ok(Math.max(...last) + 2 ** 8 <= pods.base);
    assert.equal(pods.base + 2 ** (32 - pods.prefix), services.base);
  });

  it("knows the source networks of pods: a secondary range, or their nodes' subnets", () => {
    assert.deepEqual(podCidrs("gcp", "10.60.0.0/16", 3), ["10.60.128.0/18"]);
    assert.deepEqual(podCidrs("aws", "10.60.0.0/16", 2), ["10.60.32.0/24", "10.60.33.0/24"]);
  });

  for (const [cidr, message] of [
    ["10.0.0.0", /not an IPv4 network/],
    ["10.0.0.256/16", /not an IPv4 network/],
    ["10.0.0.0/33", /not an IPv4 network/],
    ["10.0.0.1/16", /host bits are set; the network is 10\.0\.0\.0\/16/],
  ] as const) {
    it(`refuses ${cidr}`, () => assert.throws(() => parseCidr(cidr), message));
  }

  it("accepts a valid summary", () => assert.deepEqual(parseCidr("0.0.0.0/0"), { base: 0, prefix: 0 }));
});
