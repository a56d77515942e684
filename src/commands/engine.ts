import { Command } from 'commander';
import { profiles } from '../engine/cost/profiles.ts';
import { withServerSettings } from '../engine/cost/server-settings.ts';
import { engineTraits } from '../engine/describe.ts';
import { faultHelp } from '../engine/faults/fault-kinds.ts';
import type { EngineServer } from '../engine/http/server.ts';
import { parseOverridden } from '../scenario/load.ts';
import { engineFlags } from './flags/engine-flags.ts';
import { type Flag, settingsOf, withFlags } from './flags/flag-table.ts';
import { FLAGS } from './flags/flags.ts';
import { integer, time } from './flags/options.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { onSignal } from './terminal/interrupts.ts';
import { say } from './terminal/stderr.ts';

interface Flags {
  readonly set: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly keepAliveSec: number;
  readonly drainSec: number;
}

const serverFlags: readonly Flag[] = [
  { flags: '--host <address>', says: 'address to listen on', default: '127.0.0.1' },
  {
    flags: '--port <n>',
    says: 'port to listen on; 0: any free one',
    parse: integer(0, 65_535),
    default: 8000,
  },
  {
    flags: '--keep-alive-sec <sec>',
    says: 'how long an idle connection is kept',
    parse: time('sec'),
    default: 5,
  },
  {
    flags: '--drain-sec <sec>',
    says: 'how long requests may take to end after a signal',
    parse: time('sec'),
    default: 30,
  },
];

const setFlag: Flag = {
  ...FLAGS.set,
  flags: '--set <field=value>',
  says: "any field of a scenario's engine section, as in defects.retokenised=0.2; may be repeated",
};

/** `confab engine`: serves the embedded engine until a signal. */
export function engineCommand(): Command {
  const command = new Command('engine').description(
    "Serve the embedded engine: vLLM's scheduler and prefix cache, a GPU's cost model.",
  );
  return withFlags(command, [...serverFlags, ...engineFlags, setFlag, FLAGS.logFormat])
    .addHelpText('after', flowingHelp(helpText))
    .action(serve);
}

function helpText(): string {
  const lines = (title: string, items: readonly string[]) =>
    ['', title, ...items.map((item) => `  ${item}`)].join('\n');
  return [
    lines(
      'GPU profiles (Llama-3.1-8B, bf16):',
      Object.entries(profiles).map(
        ([name, { blocks, description }]) => `${name.padEnd(12)} ${blocks} blocks; ${description}`,
      ),
    ),
    lines('Any other GPU or model, by a .json file:', [
      'a data sheet and a config.json, or constants of your own, as in configs/l40s-qwen2.5-7b.json',
    ]),
    lines('Faults, as FAULT (always), FAULT@PROBABILITY or FAULT@every=N:', faultHelp),
    lines('One request alone: body field confab_fault or header x-confab-fault.', []),
  ].join('\n');
}

async function serve(flags: Flags): Promise<void> {
  const { host, port, keepAliveSec, drainSec } = flags;
  const { engine: options } = parseOverridden(
    {},
    [
      ...settingsOf(engineFlags, flags),
      ...flags.set.map((field) => `engine.${field}`),
      withServerSettings,
    ],
    'confab engine',
  );
  const { startEmbedded } = await import('../engine/embedded.ts');
  const keepAliveMs = keepAliveSec * 1000;
  const server = await startEmbedded(options, { host, port, keepAliveMs });
  // Listening for signals first: whoever reads the line may send one at once.
  const closed = untilSignal(server, drainSec);
  const traits = [`${options.gpu} profile`, ...engineTraits(options)].join(', ');
  console.log(`serving ${options.model} (${traits}) on ${server.url}`);
  await closed;
}

/** The first signal lets requests in flight end, for a while; the second cuts them off. */
function untilSignal(server: EngineServer, drainSec: number): Promise<void> {
  return new Promise((resolve) => {
    let isDraining = false;
    const listener = (): void => {
      if (!isDraining) say(`closing; up to ${drainSec} s for requests in flight`);
      const closed = server.close(isDraining ? 0 : drainSec * 1000);
      isDraining = true;
      closed.then(() => {
        stop();
        resolve();
      });
    };
    const stop = onSignal(listener);
  });
}
