#!/usr/bin/env node
import { program } from './program.ts';

program(process.argv.slice(2)).then((code) => process.exit(code));
