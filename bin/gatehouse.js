#!/usr/bin/env node
"use strict";

require("./typescript");
require("../cli/main.ts");
