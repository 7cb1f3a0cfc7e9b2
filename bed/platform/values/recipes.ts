import { readFileSync } from "node:fs";
import { identityProviderOf } from "../../../components/identityProvider";
import { keyAuthorities } from "../../../components/keyAuthorities";
import { hostsOf } from "../../../components/topology";
import { parseUrn } from "../../../cli/engine/urn";
import { type GeneratedValue } from "../../../cli/manifests/generated";
import { Failure } from "../../../cli/exit";
import { durationSeconds } from "../../../stacks/fields";
import { type Settings } from "../../../stacks/schema";
import { type ExistingVersions } from "../existing";
import { makeAuthority } from "./authority";
import { bcryptOf, makeBytes, makePassword } from "./passwords";
import { type ValueStore } from "./store";

/** What is not made here: it comes from the cluster, or with the settings. */
export interface GivenValues {
  versions?: ExistingVersions;
  /** Settings that are secrets, by path: the file that has it. */
  secrets?: Readonly<Record<string, string>> | undefined;
}

/** A place, and what makes its value; the place's first group is told. */
type Recipe = [place: RegExp, make: (value: GeneratedValue, detail: string) => Promise<string>];

/** Makes the values that the manifests leave out, as `pulumi up` does; docs/7-gitops.md has the same list for people. */
export class Recipes {
  /** Passwords of the static users, by e-mail address, as far as they were made. */
  readonly passwords: Record<string, string> = {};

  constructor(
    readonly settings: Settings,
    readonly store: ValueStore,
    readonly given: GivenValues = {},
  ) {}

  /** The value of one place; a place that nobody thought of is a failure. */
  async make(value: GeneratedValue): Promise<string> {
    const { kind, namespace = "", name, path } = value;
    const place = `${kind} ${namespace}/${name}: ${path}`;
    for (const [pattern, make] of this.#recipes) {
      const match = pattern.exec(place);
      if (match !== null) {
        return make(value, match[1] ?? "");
      }
    }
    throw new Failure(
      `The bed does not know how to make ${place}.`,
      `${value.why === "secret" ? "It is a secret of the configuration" : "A real run makes it"}${
        value.from.length === 0 ? "" : `: ${value.from.join(", ")}`
      }`,
    );
  }

  readonly #recipes: Recipe[] = [
    [
      /^Secret cert-manager\/gatehouse-ca-\d+: stringData\["tls\.key"\]$/,
      async (value) => (await this.#authority(value)).keyPem,
    ],
    [
      /^Secret cert-manager\/gatehouse-ca-\d+: stringData\["tls\.crt"\]$/,
      async (value) => (await this.#authority(value)).certificatePem,
    ],
    [
      /^Secret [a-z0-9-]+\/gatehouse-(?:ca|istiod-ca-[0-9a-f]{10}): stringData\["extra\.pem"\]$/,
      async (value) => {
        const { certificatePem } = await this.#authority(value);
        const { settings } = this;
        const others = keyAuthorities(settings, identityProviderOf(settings, hostsOf(settings.domain)));
        return `${certificatePem}${others ?? ""}`;
      },
    ],
    [
      /^Secret auth\/gatehouse-ca: stringData\["ca\.crt"\]$/,
      async (value) => (await this.#authority(value)).certificatePem,
    ],
    [
      /^Secret auth\/(oauth2-proxy(?:-notebooks)?): stringData\.cookie-secret$/,
      async (value, proxy) => {
        const urn = only(value, "random:index/randomBytes:RandomBytes", new RegExp(`^${proxy}-cookie-\\d+$`));
        return (await this.store.of(urn, { length: 32 }, () => ({ text: makeBytes(32) }))).text;
      },
    ],
    ...[
      /^Secret auth\/oauth2-proxy: stringData\.client-secret$/,
      /^Secret auth\/dex: stringData\.OAUTH2_PROXY_CLIENT_SECRET$/,
    ].map((place): Recipe => [place, (value) => this.#clientSecret(value, /^client-secret-\d+$/)]),
    ...[
      /^Secret auth\/oauth2-proxy-notebooks: stringData\.client-secret$/,
      /^Secret auth\/dex: stringData\.NOTEBOOKS_CLIENT_SECRET$/,
    ].map((place): Recipe => [place, (value) => this.#clientSecret(value, /^notebooks-client-secret-\d+$/)]),
    [
      /^Secret auth\/dex: stringData\.STATIC_PASSWORD_HASH_(\d+)$/,
      (value, index) => this.#passwordHash(value, Number(index)),
    ],
    [
      /^Secret auth\/dex: stringData\.MACHINE_CLIENT_SECRET_(\d+)$/,
      (value, index) => this.#machineSecret(value, Number(index)),
    ],
    [
      /^ConfigMap [^/]+\/gatehouse-checked-istio: data\.istiod$/,
      () => Promise.resolve(this.given.versions?.istiod ?? ""),
    ],
    [
      /^ConfigMap [^/]+\/gatehouse-checked-cert-manager: data\.certManager$/,
      () => Promise.resolve(this.given.versions?.certManager ?? ""),
    ],
    [/^Secret ingress\/gatehouse-edge-given: stringData\["tls\.(crt|key)"\]$/, (_, part) => this.#givenPair(part)],
  ];

  /** The certificate stands in the settings; its key is one of their secrets. */
  #givenPair(part: string): Promise<string> {
    const { edge } = this.settings.certificates;
    const file = this.given.secrets?.["certificates.edge.privateKey"];
    if (edge.type !== "given" || file === undefined) {
      throw new Failure("The stack has no certificate of its own for the gate that the bed has the key of.");
    }
    return Promise.resolve(part === "crt" ? edge.certificate : readFileSync(file, "utf8"));
  }

  /** Whoever has the certificate was made from it, and from the key only where that is in the same Secret. */
  async #authority(value: GeneratedValue): Promise<{ keyPem: string; certificatePem: string }> {
    const urn = only(value, "tls:index/selfSignedCert:SelfSignedCert", /^ca-\d+$/);
    const { organization, caDuration } = this.settings.certificates;
    const generation = parseUrn(urn).name.replace(/^ca-/, "");
    const inputs = {
      commonName: `${organization} private CA ${generation}`,
      organization,
      validityHours: Math.ceil(durationSeconds(caDuration) / 3600),
    };
    return this.store.of(urn, inputs, () => makeAuthority(inputs));
  }

  async #clientSecret(value: GeneratedValue, name: RegExp): Promise<string> {
    const urn = only(value, "random:index/randomPassword:RandomPassword", name);
    return (await this.store.of(urn, { length: 48 }, () => ({ result: makePassword(48) }))).result;
  }

  async #machineSecret(value: GeneratedValue, index: number): Promise<string> {
    const { machines, rotation } = this.settings;
    const id = machines.clients[index]?.id;
    const urn = only(
      value,
      "random:index/randomPassword:RandomPassword",
      `dex-machine-${id}-${rotation.machineClients}`,
    );
    return (await this.store.of(urn, { length: 40 }, () => ({ result: makePassword(40) }))).result;
  }

  async #passwordHash(value: GeneratedValue, index: number): Promise<string> {
    const email = this.settings.identity.staticUsers[index]?.email;
    if (email === undefined) {
      throw new Failure(`The stack has no static user number ${index}, whose password ${value.path} would be.`);
    }
    const rotation = this.settings.rotation.staticPasswords;
    const urn = only(value, "random:index/randomPassword:RandomPassword", `dex-${email}-${rotation}`);
    const made = await this.store.of(urn, { length: 24 }, async () => {
      const result = makePassword(24);
      return { result, bcryptHash: await bcryptOf(result) };
    });
    this.passwords[email] = made.result;
    return made.bcryptHash;
  }
}

/** The one resource of a type and a name among those that a value was made from. */
function only({ path, from }: GeneratedValue, type: string, name: RegExp | string): string {
  const found = from.filter((urn) => {
    const parts = parseUrn(urn);
    return parts.type === type && (typeof name === "string" ? parts.name === name : name.test(parts.name));
  });
  const [urn] = found;
  if (urn === undefined || found.length > 1) {
    throw new Failure(
      `${path} should be made from one ${type} called ${String(name)}, and ${found.length} are among its makers.`,
      from.join("\n"),
    );
  }
  return urn;
}
