import { type Reference } from "../rule";

/** The files of OWASP's Application Security Verification Standard 5.0.0, by the first number of a requirement. */
const chapters: Readonly<Record<string, string>> = {
  "3": "0x12-V3-Web-Frontend-Security",
  "4": "0x13-V4-API-and-Web-Service",
  "6": "0x15-V6-Authentication",
  "8": "0x17-V8-Authorization",
  "10": "0x19-V10-OAuth-and-OIDC",
  "11": "0x20-V11-Cryptography",
  "12": "0x21-V12-Secure-Communication",
  "13": "0x22-V13-Configuration",
  "15": "0x24-V15-Secure-Coding-and-Architecture",
  "16": "0x25-V16-Security-Logging-and-Error-Handling",
};

/** A requirement of OWASP's Application Security Verification Standard. */
export function asvs(requirement: string, about: string): Reference {
  const chapter = chapters[requirement.split(".")[0] ?? ""];
  if (chapter === undefined) throw new Error(`${requirement} is in no chapter of the standard that is listed here`);
  return {
    id: `OWASP ASVS 5.0.0, ${requirement}`,
    url: `https://github.com/OWASP/ASVS/blob/v5.0.0_release/5.0/en/${chapter}.md`,
    about,
  };
}

/** An entry of OWASP's Kubernetes Top Ten of 2025. */
function topTen(number: string, title: string): Reference {
  const page = `2025/en/src/${number}-${title.replaceAll(" ", "-")}.md`;
  const url = `https://github.com/OWASP/www-project-kubernetes-top-ten/blob/main/${page}`;
  return { id: `OWASP Kubernetes Top Ten 2025, ${number}`, url, about: title.toLowerCase() };
}

export const secretsManagement = topTen("K03", "Secrets Management Failures");
export const vulnerableComponents = topTen("K07", "Misconfigured And Vulnerable Cluster Components");
