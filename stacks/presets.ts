import { type SettingsInput } from "./schema";

type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

export type Environment = SettingsInput["environment"];
export type PartialSettings = DeepPartial<SettingsInput>;

/** What the environments differ in before a stack file says anything; all else is the schema's default. */
export const presets: Record<Environment, PartialSettings> = {
  // One person's cluster: something to see at once, and no browser that remembers HSTS for a year.
  dev: {
    ingress: {
      // kind and its like give no load balancer an address, and a first `pulumi up` would wait for one in vain.
      service: { type: "NodePort" },
      replicas: { min: 1, max: 2 },
      hsts: { maxAge: "5m", includeSubdomains: false },
    },
    echo: { enabled: true },
  },
  // As production, except that a mistake with HSTS wears off in a day.
  staging: {
    ingress: { hsts: { maxAge: "24h" } },
  },
  prod: {
    replicas: 3,
    ingress: { replicas: { min: 3, max: 10 } },
  },
};

/** The preset of a stack that names none. */
export function environmentOf(stack: string): Environment {
  return stack === "dev" || stack === "staging" ? stack : "prod";
}
