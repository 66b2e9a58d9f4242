#!/usr/bin/env node
/** The entry that clients start for each hook: `hook.cjs <client> <event>`, the same as `signalbox hook` and faster to load. */
import { runHook } from './hook.ts';

void runHook(process.argv.slice(2), process.env).then(code => process.exit(code));
