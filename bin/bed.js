#!/usr/bin/env node
"use strict";

require("tsx/cjs");
require("../bed/main.ts");
