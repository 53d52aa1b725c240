// Answers requests with the npm package @cloud-copilot/iam-simulate: JSON lines in, {id, decision} out. The package is AGPL-3.0: it
// runs beside the product and is no part of it.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = createRequire(join(process.env.SIMULATOR ?? process.cwd(), "package.json"));
const { runSimulation } = await import(pathToFileURL(modules.resolve("@cloud-copilot/iam-simulate")).href);

/** The package knows one policy of the resource: the statements of both are in it, each with what it says. */
function resourcePolicy({ resourcePolicy: own, registryPolicy: registry }) {
  if (!own || !registry) return own ?? registry;
  return { Version: own.Version, Statement: [own.Statement, registry.Statement].flat() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  const simulation = {
    request: one.request,
    identityPolicies: one.identityPolicies ?? [],
    serviceControlPolicies: one.serviceControlPolicies ?? [],
    resourceControlPolicies: one.resourceControlPolicies ?? [],
    resourcePolicy: resourcePolicy(one),
  };
  if (one.vpcEndpointPolicies?.length) simulation.vpcEndpointPolicies = one.vpcEndpointPolicies;
  let decision;
  try {
    const answer = await runSimulation(simulation, { simulationMode: "Strict" });
    decision = answer.resultType === "error" ? "error" : answer.overallResult === "Allowed" ? "allow" : "deny";
  } catch (error) {
    decision = "error";
  }
  console.log(JSON.stringify({ id: one.id, decision }));
}
