import { type Check } from "../../acceptance/check";
import { everyCheck } from "../../acceptance/everyCheck";
import { select } from "../../acceptance/select";
import { type Beside } from "../beside/beside";
import { type CompanyPems } from "../beside/companyPems";
import { type OwnMesh } from "./analyze";

/** One way of running the platform that a bed can tell from the others. */
export interface Mode {
  name: string;
  stack: string;
  /** Settings that differ from the stack's own; a company's certificates are known only once there is one. */
  settings: Readonly<Record<string, unknown>> | ((company: CompanyPems) => Readonly<Record<string, unknown>>);
  /** What the bed puts up beside the platform. */
  beside?: readonly Beside[];
  /** Further options of `gatehouse verify`. */
  verify?: readonly string[];
  /** Somebody else's Istio on which it stands; `istioctl` and `gatehouse verify` are told where it is. */
  mesh?: OwnMesh;
  /** The areas and checks of the suite that run here; what looks the same in every mode runs in one. Default: all. */
  only?: readonly string[];
  /** The areas and checks that other modes have. */
  skip?: readonly string[];
  /** Why these checks and no others. */
  why: string;
  /** Which rules are broken: every one that these checks may notice, or those that this mode has for itself. Default: every. */
  breaks?: "every" | "own";
}

/** One of whom tries to have the other work in their session. */
export const twoPeople = {
  "identity.staticUsers": [
    { email: "user@example.com", groups: ["ml-engineers", "everyone"] },
    { email: "author@example.com", groups: ["everyone"] },
  ],
} as const;

/** That people and machines get in and out at all, and that nobody else does. */
export const theWayIn = [
  "login/comes-back",
  "login/sign-out",
  "login/cookies",
  "machines/dex-token",
  "machines/kubernetes-token",
];

/** The checks that run in a mode. */
export function checksOf({ only = [], skip = [] }: Mode): readonly Check[] {
  return select(everyCheck, only, skip).checks;
}

/** Those options of `gatehouse verify`. */
export function selectionOf({ only = [], skip = [] }: Mode): string[] {
  return [...(only.length > 0 ? ["--only", ...only] : []), ...(skip.length > 0 ? ["--skip", ...skip] : [])];
}
