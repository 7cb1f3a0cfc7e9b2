import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { ownAuthority } from "./beside/authority";
import { companyPems, type CompanyPems } from "./beside/companyPems";
import { type Beside, programsFor, putBeside, startCompany } from "./beside/beside";
import { foundations, installFoundations, refuseOtherFoundations } from "./beside/foundations/foundations";
import { givenKeySetting, givenPair } from "./beside/givenPair";
import { chartsFolder } from "./charts/chartsFolder";
import { publicIssuer, publicKeys } from "./beside/servers/publicIssuer";
import { clusterIsUp, importMissing, refuseOtherIssuer, startCluster } from "./cluster";
import { istiodTrusting } from "./images/trusting";
import { writeImages } from "./images/writeImages";
import { jupyterlabName, provideJupyterlab } from "./jupyterlab";
import { interruption } from "./interruption";
import { layout } from "./node/layout";
import { giveNames } from "./node/machines";
import { publicAddress } from "./node/publicAddress";
import { takeDown } from "./node/takeDown";
import { Redactor } from "../cli/engine/redactor";
import { readProject, stackFile } from "../cli/project/project";
import { readStackConfig } from "../cli/project/stackConfig";
import { namespaces } from "../stacks/namespaces";
import { notebookSignInHost } from "../stacks/notebookHosts";
import { type Facts } from "./platform/facts";
import { readFacts, readPlatformFacts } from "./platform/factsFile";
import { repository } from "./platform/layout";
import { writePrivateJson } from "./platform/privateFiles";
import { askInside, type Request } from "./platformInside";
import { type Lock, readLock } from "./programs/lock";
import { provide, type Programs } from "./programs/provide";
import { type Report, timed } from "./programs/report";
import { checkWithout, programNames, setAside } from "./programs/setAside";

type Settings = Readonly<Record<string, unknown>>;

/** What a mode has beside the platform cannot be put up here. */
export class NotHere extends Error {}

export interface StartUp {
  stack: string;
  /** Settings for this bed only, by path, some of which name certificates of the company's. */
  settings: Settings | ((company: CompanyPems) => Settings);
  /** What stands beside the platform; nothing where it is missing. */
  beside?: readonly Beside[];
  /** Programs that are not used although they are there. */
  without: readonly string[];
  report: Report;
}

/** A bed that is up. */
export interface Bed {
  facts: Facts;
  /** Where its hosts lead. */
  address: string;
  /** Versions of the programs that it runs, by name; of those that were found, what they say of themselves. */
  versions: Readonly<Record<string, string>>;
  /** Programs that could not be had. */
  missing: readonly string[];
  /** Path of Chromium, where it is to be used. */
  browser?: string;
  /** The image of a real notebook, where notebooks have hosts of their own and it could be had. */
  jupyterlab?: string;
}

/** From nothing to a stack that answers: programs, images, charts, cluster, platform. A bed that is up gets the stack anew. */
export async function startUp(asked: StartUp): Promise<Bed> {
  const isNew = !clusterIsUp();
  try {
    return await bringUp(asked);
  } catch (error) {
    // What failed by itself stays, to look at; a bed that was up before stays up.
    if (isNew && interruption() !== undefined) {
      await takeDown();
    }
    throw error;
  }
}

async function bringUp({ stack, settings, beside = [], without, report }: StartUp): Promise<Bed> {
  const lock = readLock();
  checkWithout(lock, without);
  const programs = setAside(await provide(lock, report), without);
  const lacking = programsFor(beside).filter((name) => !programs.has(name));
  if (lacking.length > 0) {
    throw new NotHere(`${lacking.join(" and ")} not here`);
  }
  for (const { name, neededFor, mend } of programs.missing) {
    report(`not here: ${name}, needed for ${neededFor}; ${mend}`);
  }
  const { archives, leftOut } = await writeImages(programs, report);
  const charts = await chartsFolder(programs, report);
  const ownFoundations = foundations.filter((name) => beside.includes(name));
  const issuer = beside.includes("public-issuer") ? { issuer: publicIssuer, jwksUri: publicKeys } : undefined;
  if (clusterIsUp()) {
    refuseOtherIssuer(issuer);
    refuseOtherFoundations(ownFoundations);
    linkPrograms(lock, programs);
    await importMissing(programs, archives);
  } else {
    await takeDown();
    linkPrograms(lock, programs);
    // Imported last, it is what the name of istiod's image leads to.
    const own =
      issuer === undefined ? [] : await istiodTrusting((await ownAuthority()).certificatePem, programs, report);
    await timed(report, "the cluster", () => startCluster(programs, [...archives, ...own], issuer));
  }
  const gate = domainOf(stack);
  const pair = beside.includes("given-certificate") ? await givenPair(gate) : undefined;
  const request: Request = {
    stack,
    settings: typeof settings === "function" ? settings(await companyPems(pair?.certificatePem)) : settings,
    secrets: pair === undefined ? {} : { [givenKeySetting]: pair.keyFile },
    charts,
    programs: Object.fromEntries(
      programNames(lock)
        .filter((name) => programs.has(name))
        .map((name) => [name, programs.path(name)]),
    ),
    leftOut: leftOut.map(({ reference }) => reference),
  };
  writePrivateJson(layout().request, request);
  const program = (name: string) => programs.path(name);
  const company = await startCompany(beside, program, gate);
  if (ownFoundations.length > 0) {
    await timed(report, `the company's ${ownFoundations.join(", ")}`, async () => {
      await askInside(["prepare"]);
      await installFoundations(ownFoundations, { programs: program, charts }, stack);
    });
  }
  await timed(report, `the stack ${stack}`, () => Promise.all([askInside(["deploy"]), company.secrets()]));
  const gateway = await publicAddress(program, namespaces.ingress);
  const platform = readPlatformFacts(layout().state);
  const { url: appUrl, closedUrl } = platform.apps ?? {};
  const signIn =
    platform.notebooks === undefined ? undefined : `https://${notebookSignInHost(platform.notebooks.domain)}`;
  const hosts = [platform.url, platform.echoUrl, appUrl, closedUrl, signIn].flatMap((url) =>
    url === undefined || isIP(new URL(url).hostname) !== 0 ? [] : [new URL(url).hostname],
  );
  // An ACME server looks there before there is a certificate.
  giveNames(hosts, gateway);
  await putBeside(beside, { facts: platform, programs: program, gateway }, company);
  const facts = readFacts(layout().state);
  const notebook =
    platform.notebooks === undefined
      ? undefined
      : await provideJupyterlab({ programs, without, report, take: (images) => importMissing(programs, images) });
  const lab = notebook !== undefined && "image" in notebook ? notebook : undefined;
  const address = facts.front?.address ?? gateway;
  giveNames(hosts, address);
  report(
    `${facts.url} answers at ${address}, on the client's side: npm run bed -- exec -- curl --cacert ${facts.caFile} ${facts.url}`,
  );
  return {
    facts,
    address,
    versions: {
      ...Object.fromEntries(
        programNames(lock).flatMap((name) => (programs.has(name) ? [[name, programs.version(name) ?? "unknown"]] : [])),
      ),
      ...(lab === undefined ? {} : { [jupyterlabName]: lab.version }),
    },
    missing: [
      ...programs.missing.map(({ name }) => name),
      ...(notebook !== undefined && "why" in notebook ? [jupyterlabName] : []),
    ],
    ...(programs.has("chromium") ? { browser: programs.path("chromium") } : {}),
    ...(lab === undefined ? {} : { jupyterlab: lab.image }),
  };
}

/** The gate's host, which the company's provider knows before the platform is there. */
function domainOf(stack: string): string {
  const project = readProject(repository);
  const { values } = readStackConfig(project, stackFile(project, stack), new Redactor());
  return String(values[`${project.name}:domain`]);
}

/** The node and whoever uses `bed exec` find the programs by their names. */
function linkPrograms(lock: Lock, programs: Programs): void {
  const { path: folder } = layout();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of programNames(lock).filter((each) => programs.has(each))) {
    symlinkSync(programs.path(name), join(folder, name));
  }
}
