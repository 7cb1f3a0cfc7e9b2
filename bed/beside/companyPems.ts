import { ownAuthority } from "./authority";
import { signingPair } from "./signingPair";

/** Certificates of a company's that settings name, as PEM; each bed has its own. */
export interface CompanyPems {
  /** Of the CA of its servers. */
  authority: string;
  /** The gate's, which that CA signed, where a mode brings one along. */
  gate: string;
  /** Of its identity provider, which signs SAML's messages with it. */
  signing: string;
}

export async function companyPems(gate = ""): Promise<CompanyPems> {
  return {
    authority: (await ownAuthority()).certificatePem,
    gate,
    signing: (await signingPair()).certificatePem,
  };
}
