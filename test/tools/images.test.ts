import assert from "node:assert/strict";
import { newestAwsImage, newestGcpImage, type AwsImage, type GcpImage } from "../../tools/images/newest";

describe("refreshing the pinned images", () => {
  it("selects Debian's newest release AMI, not a daily or backports build", () => {
    const image = (ImageId: string, Name: string, CreationDate: string): AwsImage => ({ ImageId, Name, CreationDate });
    assert.deepEqual(
      newestAwsImage([
        image("ami-1", "debian-13-amd64-20260316-2418", "2026-03-16T10:00:00.000Z"),
        image("ami-2", "debian-13-amd64-20260914-2601", "2026-09-14T10:00:00.000Z"),
        image("ami-3", "debian-13-backports-amd64-20260915-2602", "2026-09-15T10:00:00.000Z"),
        image("ami-4", "debian-13-amd64-daily-20261001-2700", "2026-10-01T10:00:00.000Z"),
      ]),
      { id: "ami-2", name: "debian-13-amd64-20260914-2601" },
    );
  });

  it("selects Google's newest image by time, not by the text of the time", () => {
    const image = (name: string, creationTimestamp: string): GcpImage => ({ name, creationTimestamp });
    assert.equal(
      newestGcpImage([
        image("debian-13-trixie-v20260921", "2026-09-21T23:00:00.000-07:00"),
        image("debian-13-trixie-v20260922", "2026-09-22T01:00:00.000Z"),
        image("debian-13-trixie-arm64-v20261001", "2026-10-01T01:00:00.000Z"),
      ]),
      "projects/debian-cloud/global/images/debian-13-trixie-v20260921",
    );
  });

  it("fails if there is no image", () => assert.throws(() => newestAwsImage([]), /no Debian 13 image/));
});
