import { accessRules } from "./accessRules";
import { acmeChallenges } from "./acme";
import { apps } from "./apps";
import { clusterKeys } from "./clusterKeys";
import { connectors } from "./connectors";
import { front } from "./front";
import { gateway } from "./gateway";
import { gatewayFilter } from "./gatewayFilter";
import { jobs } from "./jobs";
import { mesh } from "./mesh";
import { type Mutation } from "./mutation";
import { notebooks } from "./notebooks";
import { network } from "./network";
import { signIn } from "./signIn";
import { tokens } from "./tokens";

/** What the mutations are about, a list for each. What has to wait for new pods comes last. */
export const mutationGroups: readonly (readonly Mutation[])[] = [
  accessRules,
  tokens,
  gatewayFilter,
  mesh,
  network,
  apps,
  notebooks,
  front,
  acmeChallenges,
  clusterKeys,
  jobs,
  connectors,
  signIn,
  gateway,
];

/** Each breaks one thing and nothing else. */
export const everyMutation: readonly Mutation[] = mutationGroups.flat();
