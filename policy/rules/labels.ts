import { labelName, labelsOf, LABELLED_TYPES, labelProperty, LISTED, REQUIRED_LABELS } from "../labels";
import { resourceRule, type Rule } from "../rule";

const COMPLETE = resourceRule({
  name: "labels-complete",
  description: `Every resource that takes labels has ${REQUIRED_LABELS.join(", ")}; on AWS as tags in PascalCase.`,
  why: "Bills, alarms and clean-ups go by labels: what has none is nobody's, and nobody pays for it.",
  severity: "medium",
  ids: ["CKV_AWS_153"],
  fix: "Spread the stack's labels into the resource's; `owner` and `costCentre` come from the config.",
  types: LABELLED_TYPES,
  judge: (subject) => {
    const labels = labelsOf(subject);
    const missing = REQUIRED_LABELS.filter((label) => (labels.get(label) ?? "") === "");
    return missing.length === 0
      ? []
      : [
          `misses ${missing.map((label) => labelName(subject.type, label)).join(", ")} in ${labelProperty(subject.type)}`,
        ];
  },
  remedy: ({ type, values }, { labels }) => {
    const property = labelProperty(type)!;
    if (type === LISTED || property.includes(".")) {
      return undefined;
    }
    const given = Object.fromEntries(values.texts(property));
    const wanted = Object.fromEntries(Object.entries(labels).map(([label, value]) => [labelName(type, label), value]));
    const isComplete = Object.keys(wanted).every((label) => label in given);
    return isComplete ? undefined : { [property]: { ...wanted, ...given } };
  },
});

const AGREE = resourceRule({
  name: "labels-as-configured",
  description: "Labels say what the stack's config says: tier, owner, cost centre, environment.",
  why: "A wrong label books one stack's costs on another, and a wrong tier escapes its own limits.",
  severity: "high",
  ids: [],
  fix: "Derive labels from the config instead of writing them by hand.",
  types: LABELLED_TYPES,
  judge: (subject, context) => {
    const labels = labelsOf(subject);
    return Object.entries(context.labels).flatMap(([label, expected]) => {
      const value = labels.get(label);
      return value === undefined || value === "" || value === expected
        ? []
        : [
            `${labelName(subject.type, label)} is ${JSON.stringify(value)}, but the config says ${JSON.stringify(expected)}`,
          ];
    });
  },
});

/** Whose a resource is. */
export const LABEL_RULES: readonly Rule[] = [COMPLETE, AGREE];
