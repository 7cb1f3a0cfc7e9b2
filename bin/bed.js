#!/usr/bin/env node
"use strict";

require("./typescript");
require("../bed/main.ts");
