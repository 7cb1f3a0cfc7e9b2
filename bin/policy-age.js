#!/usr/bin/env node
"use strict";

// Tells how old the policy pack's table of vulnerable versions is. Exits with 1 when it is older than --days (90).
require("./typescript");
const { parseArgs } = require("node:util");
const { ageReport } = require("../policy/versions/age.ts");

function main() {
  const { values } = parseArgs({ options: { days: { type: "string", default: "90" } } });
  if (!/^\d{1,5}$/.test(values.days)) {
    console.error(`--days is ${JSON.stringify(values.days)}: write a number of days, such as 90`);
    return 2;
  }
  const { isTooOld, lines } = ageReport(new Date(), Number(values.days));
  lines.forEach((line) => console.log(line));
  return isTooOld ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
