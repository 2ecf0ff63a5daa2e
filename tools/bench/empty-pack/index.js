"use strict";
// The least that a policy pack can be: what the start of every other one is measured against.
const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("empty", { policies: [] });
