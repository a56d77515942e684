import { arch, availableParallelism, cpus, hostname, release, type } from 'node:os';
import { processLimits } from './process-limits.ts';

/** What this process runs on. */
export function thisHost() {
  return {
    name: hostname(),
    os: `${type()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: processLimits().memoryBytes,
  };
}
