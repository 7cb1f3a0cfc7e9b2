import { type Framework, type Reference } from "../../rule";

/** A weakness class as the SDK's framework entry and as a source. */
export interface Weakness {
  readonly framework: Framework;
  readonly reference: Reference;
}

/** An entry of the Common Weakness Enumeration. */
export function weakness(number: number, title: string): Weakness {
  const id = `CWE-${number}`;
  return {
    framework: { name: "CWE", version: "4", reference: id, specification: title },
    reference: { id, url: `https://cwe.mitre.org/data/definitions/${number}.html`, about: title.toLowerCase() },
  };
}

export function vulnerability(id: string, about: string): Reference {
  return { id, url: `https://nvd.nist.gov/vuln/detail/${id}`, about };
}

/** A page of Istio's reference. */
export function istioPage(id: string, path: string, about: string): Reference {
  return { id, url: `https://istio.io/latest/docs/${path}`, about };
}

/** A page of Envoy's reference. */
export function envoyPage(id: string, path: string, about: string): Reference {
  return { id, url: `https://www.envoyproxy.io/docs/envoy/latest/${path}`, about };
}
