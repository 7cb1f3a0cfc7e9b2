/** How a provider gives the refresh token, without which nobody can ask it again and a session ends with its first ID token. */
import { z } from "zod";

/** The scope for one (OpenID Connect Core 1.0, section 11). */
export const offlineScope = "offline_access";

const given = z.enum(["scope", "always"], "write scope or always").default("scope");

/** The setting, for whoever asks the provider. */
export const offlineAccess = (asks: string) =>
  given.describe(
    `When the provider gives the refresh token without which a session ends early: for the scope \`${offlineScope}\`, which ${asks} then asks for, or \`always\`, where it refuses that scope (GitLab, Amazon Cognito).`,
  );

interface Asked {
  scopes: readonly string[];
  offlineAccess: z.output<typeof given>;
}

/** Every scope that is asked of the provider. */
export function scopesAsked({ scopes, offlineAccess: by }: Asked): string[] {
  return [...new Set([...scopes, ...(by === "scope" ? [offlineScope] : [])])];
}

/** Why the two settings of a provider exclude each other, where they do. */
export function offlineMend({ scopes, offlineAccess: by }: Asked): string | undefined {
  return by === "always" && scopes.includes(offlineScope)
    ? `a provider that gives refresh tokens always needs no ${offlineScope} among the scopes: write scope here, or remove it there`
    : undefined;
}
