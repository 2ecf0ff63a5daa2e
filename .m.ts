import fc from "fast-check";
import { parseConfig } from "./stacks/config";
import { validConfig } from "./test/stacks/arbitrary";
let t=Date.now(); const s=fc.sample(validConfig(),50); console.log("gen ms each",(Date.now()-t)/50);
t=Date.now(); for(let i=0;i<20;i++) s.forEach(x=>parseConfig(x)); console.log("parse ms each",(Date.now()-t)/1000);
