import { DATA_SERVICES, SERVICES, type DataServiceName } from "../../../components/model/role";
import { COMMUNITY } from "../neo4j/settings";
import { runScenarios, type Drill } from "../drill";
import { pollingOften } from "../orders";
import { SCENARIOS, SHORT, type Scenario, type Scene, type ShortScenario } from "./scenarios";

export const change: Drill = {
  name: "change",
  description:
    "under load: changes tier, settings, boot image and placement node by node; breaks a setting; loses a node; switches everything off and on",
  services: SERVICES,
  settings: ["tier=t2", "zones=3", "highAvailability=true", ...COMMUNITY],
  run: (rehearsal, progress, replan) =>
    run(SCENARIOS, { rehearsal, progress, replan, alter: (stack) => stack, lostMinutes: 0.75 }),
};

/** Some scenarios on the booted services of a stack whose nodes poll often. */
export function shortChange(names: readonly ShortScenario[]): Drill {
  const chosen = Object.fromEntries(names.map((name) => [name, SHORT[name]]));
  return {
    ...change,
    settings: [],
    run: (rehearsal, progress, replan) =>
      run(chosen, { rehearsal, progress, replan, alter: pollingOften, lostMinutes: 0.35 }),
  };
}

function run(scenarios: Readonly<Record<string, Scenario>>, given: Omit<Scene, "services">): ReturnType<Drill["run"]> {
  const services = DATA_SERVICES.filter((service): service is DataServiceName =>
    given.rehearsal.services.includes(service),
  );
  return runScenarios(scenarios, given.progress, (scenario, name) => {
    given.progress(name);
    return scenario({ ...given, services });
  });
}
