import { type Member, type UnknownValue } from "../../rule";
import { type Layer } from "./setting";

/** Something that keeps a setting from being seen. */
export interface Problem {
  readonly about: Member;
  readonly field: string;
  /** What is wrong, in a sentence without the field. */
  readonly message: string;
}

/** An oauth2-proxy: a workload with all that configures it, a release, or a configuration that no workload was shown for. */
export interface Proxy {
  readonly about: Member;
  /** The place for what is missing. */
  readonly field: string;
  /** Everything but the providers, the highest rank first. */
  readonly layers: readonly Layer[];
  /** The same for each provider with its own settings on top; one where the configuration isn't an alpha one. */
  readonly providers: readonly (readonly Layer[])[];
  /** Whether what isn't mentioned is really not set: half a configuration doesn't say. */
  readonly shows: { readonly core: boolean; readonly providers: boolean };
  readonly problems: readonly Problem[];
}

/** An object of which nobody can say at preview whether it is an oauth2-proxy, or what is in it. */
export interface UnknownProxy {
  readonly about: Member;
  readonly cause: UnknownValue;
}
