/** What looks like a secret wherever it stands: in the wrong place or under a misspelt key it is one still. */
import { privateMembers } from "./issuers";

/** In place of a secret. */
export const hidden = "[secret]";

/** Whether a key sounds like one of a secret. Of tokens only the settings of `idToken`'s lifetime are none. */
export function namesSecret(key: string | number): boolean {
  const name = String(key);
  return (
    /secret|pass(?!t)|pwd|pw$|^pw|credential|private.?key|api.?key|account.?key|access.?key(?!id)/i.test(name) ||
    (/token/i.test(name) && !/^idToken/i.test(name))
  );
}

/** A value without what is a secret by its form: private keys, and passwords and tokens in URLs. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === "string") {
    return isPrivateKey(value)
      ? hidden
      : value.replace(userinfo, `$1${hidden}@`).replace(secretParameter, `$1${hidden}`);
  }
  const isPrivateJwk =
    typeof value === "object" && value !== null && "kty" in value && privateMembers.some((member) => member in value);
  return isPrivateJwk ? hidden : value;
}

/** RFC 3986, section 3.2.1, as far as the last at sign, because people forget to escape a slash. */
const userinfo = /(:\/\/)[^\s"]*@/g;

const secretParameter = /([?&][^=&#\s"]*(?:secret|token|key|pass|pw|assertion)[^=&#\s"]*=)(?!\{id_token\})[^&#\s"]+/gi;

const privateJwk = new RegExp(`"(?:${privateMembers.join("|")})"\\s*:`);

/** RFC 7468, sections 10 and 11, and the labels of older tools, where a bundle may hold one; RFC 7518, section 6. */
function isPrivateKey(text: string): boolean {
  return text.includes("PRIVATE KEY-----") || (text.includes('"kty"') && privateJwk.test(text));
}
