import { serve } from "./tools/rehearse/serve";
void serve({ stack: process.argv[2]!, set: [], boot: false, keep: true, json: false });
