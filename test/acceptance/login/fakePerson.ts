import { type Person } from "../../../acceptance/check";

/** Who may sign in at the fake deployments. */
export const person: Person = { email: "user@example.com", password: "correct", groups: ["ml-engineers", "everyone"] };
