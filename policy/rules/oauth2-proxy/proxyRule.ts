import { proxiesIn } from "../../readers/oauth2Proxy";
import { type Proxy } from "../../readers/oauth2Proxy/proxy";
import { asList, type Layer, mentions, notShown, type Setting } from "../../readers/oauth2Proxy/setting";
import { inspect, type Member, type RuleFacts, type StackFinding, type StackRule, violation } from "../../rule";

/** What is wrong with an oauth2-proxy. */
export interface Complaint {
  readonly about: Member;
  readonly field: string;
  readonly message: string;
}

export type Look = (proxy: Proxy) => readonly Complaint[];

/**
 * A rule over each oauth2-proxy. A stack rule, because a setting of a workload may stand in another object. Looks are taken
 * one by one, so that a value which is unknown at preview hides one of them only.
 */
export function proxyRule(facts: RuleFacts, ...looks: readonly Look[]): StackRule {
  return {
    ...facts,
    checkTogether(members) {
      const { proxies, unknown } = proxiesIn(members);
      const found = proxies.flatMap((proxy) => looks.flatMap((look) => looked(proxy, look)));
      const hidden = unknown.flatMap(({ about, cause }) =>
        inspect(() => {
          throw cause;
        }).map((finding): StackFinding => ({ about, finding })),
      );
      return [...found, ...hidden];
    },
  };
}

function looked(proxy: Proxy, look: Look): StackFinding[] {
  const found: StackFinding[] = [];
  const unchecked = inspect(() => {
    for (const { about, field, message } of look(proxy)) found.push({ about, finding: violation(field, message) });
    return [];
  });
  return [...found, ...unchecked.map((finding) => ({ about: proxy.about, finding }))];
}

/** A complaint about a mention of a setting; the text goes on after the setting's place. */
export function wrong({ about, field }: Setting, text: string): Complaint {
  return { about, field, message: `${field} ${text}` };
}

/** A complaint about something that isn't there. */
export function lacks({ about, field }: Proxy, text: string): Complaint {
  return { about, field, message: `${field}: ${text}` };
}

/** A setting's value where somebody can see it. */
export function seen(setting: Setting): { readonly value: unknown } | undefined {
  const value = setting.read();
  return value === notShown ? undefined : { value };
}

/** What holds for all of a proxy, and what for each of its providers, where an alpha configuration has them apart. */
export function scopesOf(proxy: Proxy): (readonly Layer[])[] {
  return [...new Set([proxy.layers, ...proxy.providers])];
}

/** Looks at the mentions of settings that count, and at nothing where there is none. */
export function whereSet(
  names: readonly string[],
  judge: (value: unknown, setting: Setting) => string | undefined,
): Look[] {
  return names.map((name) => (proxy) => {
    return scopesOf(proxy)
      .flatMap((layers) => mentions(layers, name))
      .flatMap((setting) => {
        const visible = seen(setting);
        const text = visible && judge(visible.value, setting);
        return text === undefined ? [] : [wrong(setting, text)];
      });
  });
}

/** Looks at each element of lists. */
export function whereListed(names: readonly string[], judge: (element: string) => string | undefined): Look[] {
  return names.map((name) => (proxy) => {
    return scopesOf(proxy)
      .flatMap((layers) => mentions(layers, name))
      .flatMap((setting) =>
        asList(seen(setting)?.value).flatMap((element) => {
          const text = judge(element);
          return text === undefined ? [] : [wrong(setting, text)];
        }),
      );
  });
}
