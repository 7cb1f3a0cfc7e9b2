import { join } from "../../manifest";
import { sectionOf } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";

const types = ["kubernetes", "postgres", "mysql", "etcd"];

/** Dex's keys and sessions outlive its pods, and are the same in each of them. */
export const requireDexStorage = dexRule(
  {
    name: "require-dex-storage",
    title: "Dex keeps its state outside its pods",
    why:
      "With memory, or a file of SQLite, each pod has signing keys of its own: a restart signs everybody out, makes every " +
      "token unverifiable, and a second replica breaks every second sign-in.",
    mend: "Write storage.type: kubernetes, postgres, mysql or etcd.",
    severity: "medium",
    enforcementLevel: "mandatory",
    inDev: "advisory",
    ...weakness(
      404,
      "Improper Resource Shutdown or Release",
      dexDocs("configuration/storage", "memory and SQLite are for a single instance"),
    ),
    settings: [],
  },
  {
    documents: [
      (document) => {
        const { field, section } = sectionOf(document, "storage");
        const type = section["type"];
        if (typeof type === "string" && types.includes(type)) return [];
        const place = join(field, "type");
        return [
          violation(
            place,
            `${place} ${type === undefined ? "isn't set" : `= ${shown(type)} is gone with the pod`}. Write ${types.slice(0, -1).join(", ")} or etcd.`,
          ),
        ];
      },
    ],
  },
);
