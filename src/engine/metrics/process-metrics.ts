import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import type { Family } from './family.ts';
import { Registry } from './registry.ts';

/** prometheus_client's metrics of the process; what the system does not tell is left out. */
export function processFamilies(clock: Clock): readonly Family[] {
  const registry = new Registry(clock);
  const startSec = (clock.originEpochMs + clock.now()) / 1000 - process.uptime();
  const add = (
    name: string,
    help: string,
    read: () => number | undefined,
    type: Family['type'] = 'gauge',
  ): void => {
    const series = () => {
      const value = read();
      return value === undefined ? [] : [{ labels: {}, value }];
    };
    registry.add({ name: `process_${name}`, help, type, read: series });
  };
  add('virtual_memory_bytes', 'Virtual memory size in bytes.', () =>
    limitOf(STATUS, /^VmSize:\s+(\d+) kB$/m, 1024),
  );
  add('resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss());
  add(
    'start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
    () => startSec,
  );
  add('cpu_seconds_total', 'Total user and system CPU time spent in seconds.', cpuSec, 'counter');
  add('open_fds', 'Number of open file descriptors.', () => openFiles());
  add('max_fds', 'Maximum number of open file descriptors.', () =>
    limitOf(LIMITS, /^Max open files\s+(\d+)/m),
  );
  // Python's has no time for its counter.
  return registry.families.map((family) => ({ ...family, isWithoutCreated: true }));
}

const STATUS = '/proc/self/status';
const LIMITS = '/proc/self/limits';

function cpuSec(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

/** undefined where there is no such file. */
function limitOf(path: string, pattern: RegExp, unit = 1): number | undefined {
  try {
    const found = pattern.exec(readFileSync(path, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found) * unit;
  } catch {
    return undefined;
  }
}
