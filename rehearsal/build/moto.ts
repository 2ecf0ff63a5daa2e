import { join } from "node:path";
import { pythonPrograms } from "./python";

/** S3 and Secrets Manager as a program: the one that AWS' own client libraries are tested with. */
export const MOTO = "moto[server,s3,secretsmanager]==5.2.5";

/** What starts the moto server; installed into a folder of its own when it isn't there yet. */
export async function motoServer(): Promise<string[]> {
  return [join(await pythonPrograms(MOTO), "python"), "-m", "moto.server"];
}
