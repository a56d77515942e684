import { type Flag, grouped } from '../flags/flag-table.ts';
import { FLAGS, screenFlags } from '../flags/flags.ts';
import { list } from '../flags/lists.ts';
import { integer, time } from '../flags/options.ts';

export interface ConformFlags {
  readonly set: readonly string[];
  readonly apiKey?: string;
  readonly blockTokens?: number;
  readonly blocks?: number;
  readonly seed?: string;
  readonly only?: readonly string[];
  readonly gentle?: boolean;
  readonly fill: number;
  readonly timeout: number;
  readonly json?: string;
  readonly badge?: readonly string[];
  readonly list?: boolean;
  readonly quiet?: boolean;
  readonly wide?: boolean;
}

export const conformFlags: readonly Flag[] = [
  ...grouped('The server', [
    FLAGS.url,
    FLAGS.model,
    FLAGS.apiKey,
    FLAGS.apiKeyFile,
    FLAGS.apiKeyHeader,
    FLAGS.header,
    FLAGS.ca,
    FLAGS.insecure,
    {
      flags: '--block-tokens <n>',
      says: 'tokens of a block; default: what its metrics say, or is found by probing',
      parse: integer(1, 65_536),
    },
    {
      flags: '--blocks <n>',
      says: "blocks of its cache, vLLM's null block included; default: what its metrics say",
      parse: integer(2),
    },
  ]),
  {
    flags: '--only <id,...>',
    says: 'these probes, and those that they rest on; --list has the ids',
    parse: list(),
  },
  {
    flags: '--gentle',
    says: 'nothing that fills or empties the cache, or needs to be alone on the server',
  },
  {
    flags: '--fill <tokens>',
    says: 'fill no cache that takes more',
    parse: integer(0),
    default: 1_000_000,
  },
  {
    flags: '--timeout <time>',
    says: 'wait so long for an answer; a probe without one is silent',
    parse: time('sec', 0),
    default: 60,
  },
  { flags: '--seed <seed>', says: 'of the prompts, which are drawn; default: others each time' },
  {
    ...FLAGS.set,
    says: 'set a field of a scenario: target.body, or engine of --url embedded; may be repeated',
  },
  { flags: '--json <file>', says: 'write the certificate; -: to stdout, instead of the text' },
  {
    flags: '--badge <file>',
    says: 'write a badge: .svg, or .json as shields.io reads it; may be repeated',
    parse: (file: string, before: readonly string[] = []) => [...before, file],
  },
  { flags: '--list', says: 'say what the probes are, and send nothing' },
  { flags: '--quiet', says: 'no progress on stderr' },
  ...screenFlags,
];
