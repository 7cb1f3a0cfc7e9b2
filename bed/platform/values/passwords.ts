import { genSalt, hash } from "bcryptjs";
import { randomBytes, randomInt } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** As @pulumi/random's RandomPassword without special characters. */
export function makePassword(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

/** As RandomPassword's `bcryptHash`; Dex refuses a cost below 10. */
export async function bcryptOf(password: string): Promise<string> {
  return hash(password, await genSalt(10));
}

/** As @pulumi/random's RandomBytes: 32 bytes in the URL-safe alphabet. */
export function makeBytes(length: number): string {
  return randomBytes(length).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
