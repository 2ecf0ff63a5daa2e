/** The smallest Pulumi program, the baseline of all ratios. */
export = (): Promise<object> => Promise.resolve({});
