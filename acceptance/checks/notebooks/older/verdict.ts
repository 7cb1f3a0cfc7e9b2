import { ApiError } from "../../../cluster/api";

/** What came of a dry run. */
export type Verdict =
  /** The policies would take it. */
  | { is: "admitted"; object?: unknown }
  | { is: "refused"; policy: string; why: string }
  /** It is no longer there. */
  | { is: "gone" }
  /** Something else than a policy would not take it, so that none was asked. */
  | { is: "unknown"; why: string };

const denial = /ValidatingAdmissionPolicy '([^']+)' with binding '[^']+' denied request: ([\s\S]+)$/;

/** Webhooks are asked after the policies, and so is whether there is such an object already. */
const afterThePolicies = /admission webhook "[^"]+" denied|exceeded quota/;

const endsWithItsNamespace = /because it is being terminated/;

/** Has the API server judge something without doing it. */
export async function judged(dryRun: () => Promise<unknown>): Promise<Verdict> {
  try {
    return { is: "admitted", object: await dryRun() };
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 403, 404, 409, 422].includes(error.status)) {
      // Everything else says nothing of the object, nor of the others.
      throw error;
    }
    const { status, message } = error;
    const [, policy, why] = denial.exec(message) ?? [];
    if (policy !== undefined && why !== undefined) {
      // The object is named by whoever tells it.
      return { is: "refused", policy, why: why.replace(/^\S+ \S+\/\S+: /, "") };
    }
    if (status === 404 || endsWithItsNamespace.test(message)) {
      return { is: "gone" };
    }
    return status === 409 || afterThePolicies.test(message) ? { is: "admitted" } : { is: "unknown", why: message };
  }
}

export function described(verdict: Verdict): string {
  return verdict.is === "refused" || verdict.is === "unknown" ? `${verdict.is}: ${verdict.why}` : verdict.is;
}
