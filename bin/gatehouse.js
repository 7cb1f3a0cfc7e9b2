#!/usr/bin/env node
"use strict";

// TypeScript is run as it stands: no build step between a change and its preview.
require("tsx/cjs");
require("../cli/main.ts");
