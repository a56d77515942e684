import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { type EngineProcess, startEngineProcess } from '../play/engine-process.ts';
import { accessOf } from '../play/target.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Network } from '../transport/http/proxy.ts';
import { healthLack, resetCache } from '../transport/http/server-care.ts';
import type { Side } from './schedule.ts';
import type { Engines } from './state.ts';

export interface EnginesOptions extends Engines {
  readonly arms: Readonly<Record<Side, Scenario>>;
  /** Where what the engines print goes: `engine-a.log`, `engine-b.log`. */
  readonly dir: string;
  readonly clock: Clock;
  readonly apiKey: string | undefined;
  /** Ways out of this network. */
  readonly network: Network;
  readonly startSecMax: number;
  /** Asked while an engine starts. */
  isGivenUp(): boolean;
}

/** The engines of both arms between runs: started anew, or their cache reset, before each. One command at a time runs. */
export function enginesOf(options: EnginesOptions) {
  const { arms, dir, clock, commands, reset, startSecMax } = options;
  let running: { readonly arm: Side; readonly process: EngineProcess } | undefined;

  async function stop(): Promise<void> {
    await running?.process.stop();
    running = undefined;
  }

  async function start(arm: Side, command: string): Promise<void> {
    await stop();
    const { target } = arms[arm];
    const access = accessOf(target, options.apiKey, options.network);
    const process = await startEngineProcess({
      command,
      what: `--${arm}-command`,
      logFile: join(dir, `engine-${arm}.log`),
      clock,
      startSecMax,
      isGivenUp: options.isGivenUp,
      lacks: () => healthLack(access),
    });
    running = { arm, process };
  }

  return {
    stop,
    /** In a row: the arm's engine is left as the run before has left it. */
    async prepare(arm: Side, isInARow: boolean): Promise<void> {
      if (isInARow) return;
      const command = commands[arm];
      // Where a reset does, an engine that runs goes on running.
      const isNew = command !== undefined && (reset === undefined || running?.arm !== arm);
      if (isNew) await start(arm, command);
      else if (reset !== undefined)
        await resetCache(accessOf(arms[arm].target, options.apiKey, options.network), reset);
    },
  };
}
