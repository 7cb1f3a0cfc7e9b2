import { comparing, repeated } from "./comparing";

export const dexIssuer = (domain: string) => `https://${domain}/dex`;

export const machineIssuersAreDistinct = comparing(["domain", "machines"], function* ({ domain, machines }) {
  const issuers = machines.issuers.map(({ issuer }) => issuer);
  for (const index of repeated([dexIssuer(domain), ...issuers])) {
    yield {
      path: ["machines", "issuers", index - 1, "issuer"],
      value: issuers[index - 1],
      mend: "this issuer is configured already (Dex always is): put all its audiences into one entry",
    };
  }
  const names = machines.issuers.map(({ name }) => name);
  for (const index of repeated(names)) {
    yield {
      path: ["machines", "issuers", index, "name"],
      value: names[index],
      mend: "give each issuer a name of its own",
    };
  }
  for (const [index, { jwks, jwksUri }] of machines.issuers.entries()) {
    if (jwks !== undefined && jwksUri !== undefined) {
      yield {
        path: ["machines", "issuers", index, "jwksUri"],
        value: jwksUri,
        mend: "keys come from one place: remove jwksUri or jwks",
      };
    }
  }
});
