import { storageOf } from "../cloud/storage";
import { DiskInUseError } from "../machine/hotplug";
import type { Rehearsal } from "../rehearsal";
import type { LocalStack } from "../stack/local-stack";
import { RefusedError, type Ground } from "./simulated-cloud";

/** The cloud's instances are machines of a rehearsal. */
export class BootedGround implements Ground {
  constructor(private readonly rehearsal: Rehearsal) {}

  /** Returns once machines are powered on. Scaling groups replace their members afterwards, as the clouds' do. */
  async change(_from: LocalStack, to: LocalStack): Promise<void> {
    const { stack } = this.rehearsal.stack;
    if (to.stack !== stack) {
      throw new RefusedError(`this machine serves the stack ${stack}, not ${to.stack}: use --stack ${stack}`);
    }
    try {
      await this.rehearsal.changeInBackground(to);
    } catch (error) {
      throw error instanceof DiskInUseError ? new RefusedError(error.message) : error;
    }
  }

  async powerOff(_stack: LocalStack, host: string): Promise<void> {
    await this.rehearsal.machine(host).shutDown();
  }

  async objects(stack: LocalStack, bucket: string): Promise<number> {
    return (await storageOf(stack, this.rehearsal.state).list(bucket, "")).length;
  }
}
