/**
 * What single fields cannot know: settings that exclude or need each other. Each check is a pure function of the whole;
 * its problems carry the path of the setting that a person would change.
 */
import {
  appsAreAtHome,
  appsAreDistinct,
  appsAreReached,
  givenCertificateServesApps,
  hostsAreOutside,
} from "./crossChecks/apps";
import { acmeCanProve, acmeReachesTheNames } from "./crossChecks/acme";
import { browsersReachTheProvider, whoVouchesIsOutside } from "./crossChecks/behindTheGate";
import { certificatesNest } from "./crossChecks/certificates";
import { metadataServerStaysClosed, onlyTheServersAreOpened } from "./crossChecks/cluster";
import { type CrossCheck } from "./crossChecks/comparing";
import {
  addressIsForDevelopment,
  annotationsAreWrittenOnce,
  givenCertificateServes,
  loadBalancerIsThere,
  onlyTrustedProxiesAreBelieved,
  proxyProtocolNeedsNames,
} from "./crossChecks/edge";
import { developmentOnly } from "./crossChecks/environment";
import { exceptionsAreOfOwnNamespaces, existingIsElsewhere, serversAreElsewhere } from "./crossChecks/foundations";
import { gatewayMakesSense, routesAreOfApplications } from "./crossChecks/gateway";
import { appsAreForSomebody, groupsAreOfOneConnector, groupsCanBeHad } from "./crossChecks/groups";
import {
  connectorsAreDistinct,
  directorySpeaksTls,
  providerStandsAlone,
  somebodyCanSignIn,
  usersAreDistinct,
} from "./crossChecks/identity";
import {
  clusterIssuerFits,
  jobsNeedDex,
  machineAudiencesAreOwn,
  machineClientsFit,
  machineIssuersAreDistinct,
} from "./crossChecks/machines";
import { machinesAreNobodyElse } from "./crossChecks/machineUsers";
import { notebooksAreCertified, notebooksAreElsewhere, notebooksHaveAClient } from "./crossChecks/notebooks";
import { strangersStayOut } from "./crossChecks/openProviders";
import { strangersChooseNoClaim } from "./crossChecks/publicIssuers";
import { cookieReachesTheHost, sessionsCanLast, sessionsNest } from "./crossChecks/sessions";

/** Every cross-check; a new one is a function in this list. */
export const crossChecks: readonly CrossCheck[] = [
  developmentOnly,
  somebodyCanSignIn,
  sessionsNest,
  sessionsCanLast,
  certificatesNest,
  cookieReachesTheHost,
  machineIssuersAreDistinct,
  machinesAreNobodyElse,
  strangersChooseNoClaim,
  machineAudiencesAreOwn,
  clusterIssuerFits,
  machineClientsFit,
  connectorsAreDistinct,
  directorySpeaksTls,
  usersAreDistinct,
  groupsCanBeHad,
  groupsAreOfOneConnector,
  appsAreForSomebody,
  strangersStayOut,
  providerStandsAlone,
  jobsNeedDex,
  metadataServerStaysClosed,
  onlyTheServersAreOpened,
  gatewayMakesSense,
  routesAreOfApplications,
  existingIsElsewhere,
  exceptionsAreOfOwnNamespaces,
  serversAreElsewhere,
  whoVouchesIsOutside,
  browsersReachTheProvider,
  addressIsForDevelopment,
  acmeCanProve,
  acmeReachesTheNames,
  givenCertificateServes,
  onlyTrustedProxiesAreBelieved,
  proxyProtocolNeedsNames,
  loadBalancerIsThere,
  annotationsAreWrittenOnce,
  appsAreDistinct,
  appsAreReached,
  appsAreAtHome,
  hostsAreOutside,
  givenCertificateServesApps,
  notebooksAreElsewhere,
  notebooksHaveAClient,
  notebooksAreCertified,
];
