import { type Rule, type StackRule } from "../../rule";
import { forbidForeignCredentials } from "./forbid-foreign-credentials";
import { limitGatewayHosts } from "./limit-gateway-hosts";
import { limitGatewayTlsModes } from "./limit-gateway-tls-modes";
import { limitRouteNamespaces } from "./limit-route-namespaces";
import { requireHttpsRedirect } from "./require-https-redirect";
import { requireModernGatewayTls } from "./require-modern-gateway-tls";

/** The rules about gateways, in the order of the reference page. */
export const rules: readonly Rule[] = [
  limitGatewayHosts,
  limitRouteNamespaces,
  requireModernGatewayTls,
  limitGatewayTlsModes,
  forbidForeignCredentials,
];

export const stackRules: readonly StackRule[] = [requireHttpsRedirect];
