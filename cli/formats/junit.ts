import { titleOf, type Verification, type CheckResult } from "../../acceptance/verification";

/** A verification as JUnit XML: an area is a suite, a check a test case. */
export function formatJunit({ target, start, duration, checks }: Verification): string {
  const areas = [...new Set(checks.map(({ area }) => area))];
  const suites = areas.map((area) => {
    const own = checks.filter((check) => check.area === area);
    const seconds = own.reduce((sum, check) => sum + check.seconds, 0);
    return element(
      "testsuite",
      { name: area, ...counts(own), time: seconds.toFixed(3), timestamp: start },
      own.map(testCase),
    );
  });
  const all = {
    name: `gatehouse verify ${target.gate}`,
    ...counts(checks),
    time: duration.toFixed(3),
    timestamp: start,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", all, suites)}\n`;
}

function counts(checks: readonly CheckResult[]) {
  const having = (outcome: CheckResult["outcome"]) => checks.filter((check) => check.outcome === outcome).length;
  return { tests: checks.length, failures: having("failed"), errors: 0, skipped: having("left-out") };
}

function testCase(check: CheckResult): string {
  const { area, name, outcome, wrong, mend, reason, figures, files, proves, tried, seconds } = check;
  const said = [
    `${titleOf(check)}: ${proves}`,
    `${tried} tried`,
    ...figures.map((figure) => `${figure.name}: ${figure.value} ${figure.unit}`),
    ...files.map((file) => `file: ${file}`),
  ];
  const verdict = {
    passed: [],
    failed: [element("failure", { message: wrong[0] ?? "" }, [escapeXml([...wrong, `Mend: ${mend}`].join("\n"))])],
    "left-out": [element("skipped", { message: reason ?? "" })],
  }[outcome];
  return element("testcase", { classname: area, name, time: seconds.toFixed(3) }, [
    ...verdict,
    element("system-out", {}, [escapeXml(said.join("\n"))]),
  ]);
}

function element(name: string, attributes: Record<string, string | number>, content: readonly string[] = []): string {
  const start = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return `<${name}${start.join("")}>${content.join("")}</${name}>`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/**
 * A text for an element or an attribute. What XML 1.0 cannot hold in any spelling (section 2.2) is written as a program
 * would write it, `\u0007`; line ends and tabs become references, because attributes would lose them.
 */
export function escapeXml(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const known = entities[character];
    if (known !== undefined) {
      return known;
    }
    if (code === 9 || code === 10 || code === 13) {
      return `&#${code};`;
    }
    const holds = code >= 0x20 && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
    return holds ? character : `\\u${code.toString(16).padStart(4, "0")}`;
  }).join("");
}
