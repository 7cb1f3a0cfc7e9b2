import { join } from "node:path";

/** Where the platform's part of a bed keeps what it writes. */
export function platformLayout(state: string) {
  const pulumi = join(state, "pulumi");
  return {
    /** A project of the same name, so that no command of Pulumi writes into the repository. */
    project: join(state, "stack"),
    rendered: join(state, "rendered"),
    logs: join(state, "logs"),
    /** What `pulumi up` would have made: passwords, keys. */
    values: join(state, "values.json"),
    /** Which cluster all of this is about. */
    cluster: join(state, "cluster.json"),
    /** What was applied, so that the next run removes what is gone. */
    applied: join(state, "applied.json"),
    ca: join(state, "ca.pem"),
    passwords: join(state, "passwords.json"),
    client: join(state, "client.json"),
    facts: join(state, "facts.json"),
    /** What is to be known of what stands beside the platform. */
    besideFacts: join(state, "beside", "facts.json"),
    pulumi: {
      root: pulumi,
      home: join(pulumi, "home"),
      backend: join(pulumi, "backend"),
      bin: join(pulumi, "bin"),
      passphrase: join(pulumi, "passphrase"),
    },
  };
}

/** The repository's root, whose program is deployed. */
export const repository = join(__dirname, "..", "..");
