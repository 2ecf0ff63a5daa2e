import * as pulumi from "@pulumi/pulumi";

/**
 * Makes `pulumi destroy` refuse a stack with protected data before it deletes anything. The engine deletes a resource once
 * nothing depends on it; this one depends on all others, so it is the first, and its protection ends the deletion.
 */
export class DeletionProtection extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:stack:DeletionProtection";

  /** @param all every other resource of the stack is below it */
  constructor(name: string, on: boolean, all: pulumi.ComponentResource) {
    super(DeletionProtection.__pulumiType, name, { on }, { dependsOn: all, protect: on });
    this.registerOutputs({ on });
  }
}
