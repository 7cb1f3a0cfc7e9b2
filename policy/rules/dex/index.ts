import { type Rule, type StackRule } from "../../rule";
import { forbidDexInlineSecrets } from "./forbid-dex-inline-secrets";
import { forbidDexInsecureSwitches } from "./forbid-dex-insecure-switches";
import { forbidDexMockConnectors } from "./forbid-dex-mock-connectors";
import { forbidDexOutOfBandClients } from "./forbid-dex-out-of-band-clients";
import { forbidDexStaticPasswords } from "./forbid-dex-static-passwords";
import { forbidOpenDexApi } from "./forbid-open-dex-api";
import { limitDexGrantTypes } from "./limit-dex-grant-types";
import { limitDexLogLevel } from "./limit-dex-log-level";
import { limitDexOrigins } from "./limit-dex-origins";
import { limitDexRefreshTokens } from "./limit-dex-refresh-tokens";
import { requireDexCodeFlow } from "./require-dex-code-flow";
import { requireDexExactRedirects } from "./require-dex-exact-redirects";
import { requireDexHttps } from "./require-dex-https";
import { requireDexStorage } from "./require-dex-storage";
import { requireDexTlsVersion } from "./require-dex-tls-version";
import { requireVisibleDexConfiguration } from "./require-visible-dex-configuration";

/** In the order of the reference page. */
export const rules: readonly Rule[] = [
  forbidDexStaticPasswords,
  forbidDexMockConnectors,
  forbidDexInlineSecrets,
  requireDexHttps,
  forbidDexInsecureSwitches,
  limitDexGrantTypes,
  requireDexCodeFlow,
  requireDexExactRedirects,
  forbidDexOutOfBandClients,
  limitDexRefreshTokens,
  requireDexStorage,
  requireDexTlsVersion,
  forbidOpenDexApi,
  limitDexOrigins,
  limitDexLogLevel,
];

/** What Dex reads may stand in another object. */
export const stackRules: readonly StackRule[] = [requireVisibleDexConfiguration];
