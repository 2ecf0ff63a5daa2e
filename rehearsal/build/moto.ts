import { join } from "node:path";
import { pythonPrograms } from "./python";

/** The emulator of S3 and Secrets Manager (https://github.com/getmoto/moto). */
export const MOTO = "moto[server,s3,secretsmanager]==5.2.5";

/** The command that starts the moto server; installs moto if it is not cached. */
export async function motoServer(): Promise<string[]> {
  return [join(await pythonPrograms(MOTO), "python"), "-m", "moto.server"];
}
