import { type Programs } from "./options";

export const certManagerPrograms: readonly string[] = ["controller", "webhook", "cainjector", "startupapicheck"].map(
  (part) => `cert-manager-${part}`,
);

/** Programs that the bed cannot build, by the last step of the name of the image that holds them. */
const foreign = ["oauth2-proxy", ...certManagerPrograms];

/** Which of the platform's images the bed has no program for. */
export class LeftOut {
  readonly certManager: boolean;
  readonly #programs: ReadonlySet<string>;
  readonly #images: ReadonlySet<string>;

  constructor(programs: Pick<Programs, "has">, images: readonly string[] = []) {
    this.#images = new Set(images);
    this.certManager = certManagerPrograms.some((name) => !programs.has(name));
    // Half a cert-manager would refuse everything: its webhook without the injector has no CA.
    this.#programs = new Set(
      foreign.filter((name) => (certManagerPrograms.includes(name) ? this.certManager : !programs.has(name))),
    );
  }

  get any(): boolean {
    return this.#programs.size > 0 || this.#images.size > 0;
  }

  /** What is not there, by the names of programs and of images that no program stands for. */
  get names(): string[] {
    return [...this.#programs, ...[...this.#images].filter((image) => !this.#programs.has(programOf(image)))];
  }

  /** Whether an image's program is left out: `quay.io/jetstack/cert-manager-webhook:v1.21.2`. */
  image(reference: string): boolean {
    return this.#programs.has(programOf(reference)) || this.#images.has(reference);
  }
}

/** The last step of an image's name, without tag and digest. */
function programOf(reference: string): string {
  return /([^/:@]+)(?::[^/]*)?(?:@.*)?$/.exec(reference)?.[1] ?? reference;
}
