import { readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** What this process may use; undefined where the system does not say. */
export interface ProcessLimits {
  /** Files and sockets at the same time, and how many are open now. */
  readonly openFiles: number | undefined;
  readonly openNow: number | undefined;
  /** Ports for connections to one address. */
  readonly ports: number | undefined;
  /** Of the machine, or of its share that this process is given. */
  readonly memoryBytes: number;
  /** Of JavaScript's texts and objects. */
  readonly heapBytes: number;
}

export function processLimits(): ProcessLimits {
  return {
    openFiles: openFilesIn(read('/proc/self/limits') ?? ''),
    openNow: openNow(),
    ports: portsIn(read('/proc/sys/net/ipv4/ip_local_port_range') ?? ''),
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Infinity),
    heapBytes: getHeapStatistics().heap_size_limit,
  };
}

/** The limit that holds, the first of the two. */
export function openFilesIn(limits: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? [];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Infinity : Number(soft);
}

/** From the first to the last. */
export function portsIn(range: string): number | undefined {
  const [, first, last] = /^(\d+)\s+(\d+)/.exec(range) ?? [];
  return last === undefined ? undefined : Number(last) - Number(first) + 1;
}

function openNow(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined; // No Linux.
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
