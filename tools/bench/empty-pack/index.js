"use strict";
// An empty policy pack, the baseline of the start-up times.
const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("empty", { policies: [] });
