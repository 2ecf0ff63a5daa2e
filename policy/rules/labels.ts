import { labelName, labelsOf, LABELLED_TYPES, labelProperty, LISTED, REQUIRED_LABELS } from "../labels";
import { resourceRule, type Rule } from "../rule";

const COMPLETE = resourceRule({
  name: "labels-complete",
  description: `Every resource that supports labels, except parts of a labelled one, has ${REQUIRED_LABELS.join(", ")}; on AWS as tags in PascalCase.`,
  why: "Cost allocation, alarms and clean-ups rely on labels; an unlabelled resource can't be attributed.",
  severity: "medium",
  ids: ["CKV_AWS_153"],
  fix: "Add the stack's labels to the resource. `owner` and `costCentre` come from the config.",
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
  description: "Labels match the stack's config: tier, owner, cost centre, environment.",
  why: "A wrong label charges one stack's costs to another; a wrong tier evades its limits.",
  severity: "high",
  ids: [],
  fix: "Derive labels from the config instead of setting them manually.",
  types: LABELLED_TYPES,
  judge: (subject, context) => {
    const labels = labelsOf(subject);
    return Object.entries(context.labels).flatMap(([label, expected]) => {
      const value = labels.get(label);
      return value === undefined || value === "" || value === expected
        ? []
        : [
            `${labelName(subject.type, label)} is ${JSON.stringify(value)}, but the config has ${JSON.stringify(expected)}`,
          ];
    });
  },
});

/** Rules on labels. */
export const LABEL_RULES: readonly Rule[] = [COMPLETE, AGREE];
