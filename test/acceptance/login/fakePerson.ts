import { type Person } from "../../../acceptance/check";

/** Who may sign in at the fake deployments. */
export const person: Person = { email: "user@example.com", password: "correct", groups: ["ml-engineers", "everyone"] };

/** One whom a directory knows by another name than the address, and one whom it knows and the gate must not let in. */
export const inDirectory: Person = {
  email: "ada@example.com",
  password: "ada's",
  connector: "directory",
  login: "ada",
  groups: ["ml-engineers"],
};
export const stranger: Person = { email: "eve@example.com", password: "eve's", connector: "directory", login: "eve" };

/** One whom a provider sends by SAML. */
export const bySaml: Person = {
  email: "cem@example.com",
  password: "cem's",
  connector: "staff",
  login: "cem",
  saml: true,
  groups: ["ml-engineers"],
};
