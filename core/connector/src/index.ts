export { catalogue, connectors, performStep } from "./catalogue";
export { parseEgressAllow } from "./egress/allow";
export { createEgress } from "./egress/client";
export type * from "./egress/type";
export { type Connector, defineAction, defineConnector } from "./kit/define";
export type { ResolvedConnection, StepCall, StepContext, StepDeps, StepResult } from "./kit/perform";
export { type TriggerDefinition, triggerCatalogue } from "./trigger/index";
