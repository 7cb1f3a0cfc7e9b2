import { accessRules } from "./accessRules";
import { gateway } from "./gateway";
import { gatewayFilter } from "./gatewayFilter";
import { mesh } from "./mesh";
import { type Mutation } from "./mutation";
import { network } from "./network";
import { signIn } from "./signIn";
import { tokens } from "./tokens";

/** Each breaks one thing and nothing else. What has to wait for new pods comes last. */
export const everyMutation: readonly Mutation[] = [
  ...accessRules,
  ...tokens,
  ...gatewayFilter,
  ...mesh,
  ...network,
  ...signIn,
  ...gateway,
];
