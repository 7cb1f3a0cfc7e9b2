import { seenByBackend } from "../../echo";
import { type Answer } from "../../http/request";
import { holdsToken } from "../../tokens/inText";
import { type Identity, whatCame } from "../../tokens/refusal";
import { isIdentityHeader } from "./identityHeaders";
import { folded, headerLines } from "./headerLines";

/**
 * What an application learned that it should not have, or not learned that it should; `undefined` when it saw the verified
 * identity and nothing else. `mark` stands in every forged value.
 */
export function faultOf(answer: Answer, { user, groups }: Identity, mark: string): string | undefined {
  const seen = seenByBackend(answer);
  if (seen === undefined || seen.user !== user || seen.groups.join() !== groups.join()) {
    return whatCame(answer);
  }
  const lines = headerLines(answer);
  if (lines.length === 0) {
    return "an answer of the application whose headers cannot be read";
  }
  const users = lines.filter(({ name }) => name === "kubeflow-userid");
  if (users.length !== 1 || users[0]?.value !== user) {
    return `kubeflow-userid in ${users.length} lines`;
  }
  const wantedGroups = groups.length === 0 ? [] : [groups.join(",")];
  const groupLines = lines.filter(({ name }) => name === "kubeflow-groups").map(({ value }) => value);
  if (groupLines.join("\n") !== wantedGroups.join("\n")) {
    return `kubeflow-groups in ${groupLines.length} lines, not as the token has them`;
  }
  const verified = ["kubeflow-userid", "kubeflow-groups"];
  const passed = lines.find(({ name, value }) =>
    // `x-odd` is the suite's own name for a header that may hold anything.
    isIdentityHeader(name) ? !verified.includes(name) : value.includes(mark) && name !== "x-odd",
  );
  if (passed !== undefined) {
    return `the header ${passed.name} as the client sent it`;
  }
  const token = lines.find(({ name, value }) => folded(name) === "authorization" || holdsToken(value));
  return token === undefined ? undefined : `a token in the header ${token.name}`;
}
