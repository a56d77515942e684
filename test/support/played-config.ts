import { join } from 'node:path';
import { confab, type Ended } from './confab.ts';
import { freshFolder, ROOT } from './folders.ts';

/** What `confab simulate configs/NAME` printed, and the folder whose `runs` has the run. */
export interface PlayedConfig extends Ended {
  readonly out: string;
}

const played = new Map<string, Promise<PlayedConfig>>();

/** A scenario of configs/ as it is, played once for all who look at what comes of it. */
export function playedConfig(name: string): Promise<PlayedConfig> {
  let one = played.get(name);
  if (!one) played.set(name, (one = play(name)));
  return one;
}

async function play(name: string): Promise<PlayedConfig> {
  const out = freshFolder();
  const args = ['simulate', `configs/${name}`, '--output-dir', join(out, 'runs')];
  // In the project's folder, as paths in a scenario are seen from there.
  return { ...(await confab(args, { cwd: ROOT })), out };
}
