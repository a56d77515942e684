import { Command } from 'commander';
import { profiles } from '../engine/cost/profiles.ts';
import { faultHelp } from '../engine/faults/fault-kinds.ts';
import type { EngineServer } from '../engine/http/server.ts';
import { parseScenario } from '../scenario/load.ts';
import { collect, integer, number } from './options.ts';

/** Flags beside these are fields of the scenario's `engine`. */
interface Flags {
  readonly host: string;
  readonly port: number;
  readonly keepAliveSec: number;
  readonly drainSec: number;
  readonly fault?: readonly string[];
  readonly [engineField: string]: unknown;
}

/** `confab engine`: serves the embedded engine until a signal. */
export function engineCommand(): Command {
  const command = new Command('engine')
    .description(
      "Serve the embedded engine: vLLM's scheduler and prefix cache, a GPU's cost model.",
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0: any free one', integer(0), 8000)
    .option('--keep-alive-sec <sec>', 'how long an idle connection is kept', number(), 5)
    .option('--drain-sec <sec>', 'how long requests may take to end after a signal', number(), 30)
    .option('--model <name>', 'name of the model; default: confab-embedded')
    .option('--tokenizer <spec>', "'gpt2', a folder, a tokenizer.json, or a model name");
  return engineFields(command)
    .option('--fault <rule>', 'inject a fault, as below; may be repeated', collect)
    .addHelpText('after', helpText())
    .action(serve);
}

function engineFields(command: Command): Command {
  return command
    .option('--gpu <profile>', 'cost profile, listed below; default: a100')
    .option('--blocks <n>', 'KV blocks, one of them unused; default: what fits', integer(2))
    .option('--block-tokens <n>', 'tokens of a KV block; default: 16', integer(1))
    .option('--no-prefix-caching', 'compute every prompt from its start')
    .option('--max-batched-tokens <n>', 'token budget of a step; default: 2048', integer(1))
    .option('--max-seqs <n>', 'most running requests; default: 256', integer(1))
    .option('--max-model-tokens <n>', 'longest prompt plus answer; default: 131072', integer(1))
    .option('--api-ms <ms>', 'HTTP, tokenizing and IPC, once a request; default: 14', number())
    .option('--host-ms <ms>', "host time a step; default: the profile's", number())
    .option('--answer-tokens <n>', 'mean answer length without limits; default: 100', integer(1))
    .option('--answer-cv <cv>', 'its coefficient of variation; default: 0.5', number())
    .option('--no-report-cached', 'leave prompt_tokens_details out of the usage')
    .option('--no-report-request-metrics', "leave out each request's queue and prefill times")
    .option('--seed <seed>', 'of answers and faults; default: 0');
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
    lines('Faults, as FAULT (always), FAULT@PROBABILITY or FAULT@every=N:', faultHelp),
    lines('One request alone: body field confab_fault or header x-confab-fault.', []),
  ].join('\n');
}

async function serve(flags: Flags): Promise<void> {
  const { host, port, keepAliveSec, drainSec, fault, ...engine } = flags;
  const options = parseScenario({ engine: { ...engine, faults: fault } }, 'confab engine').engine;
  const { startEmbedded } = await import('../engine/embedded.ts');
  const keepAliveMs = keepAliveSec * 1000;
  const server = await startEmbedded(options, { host, port, keepAliveMs });
  // Listening for signals first: whoever reads the line may send one at once.
  const closed = untilSignal(server, drainSec);
  console.log(`serving ${options.model} (${options.gpu} profile) on ${server.url}`);
  await closed;
}

/** The first SIGINT or SIGTERM lets requests in flight end, for a while; the second cuts them off. */
function untilSignal(server: EngineServer, drainSec: number): Promise<void> {
  return new Promise((resolve) => {
    let isDraining = false;
    const listener = (): void => {
      if (!isDraining) console.error(`closing; up to ${drainSec} s for requests in flight`);
      const closed = server.close(isDraining ? 0 : drainSec * 1000);
      isDraining = true;
      closed.then(() => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
        resolve();
      });
    };
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
  });
}
