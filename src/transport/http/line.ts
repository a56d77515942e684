import type { Backlog } from '../../base/backlog.ts';
import type { Clock } from '../../base/clock.ts';
import type { Connections } from './connection.ts';
import type { HeaderKeeping } from './response-headers.ts';
import type { Stage } from './stage.ts';

/** What the exchanges of a run share. */
export interface Line extends HeaderKeeping {
  readonly origin: string;
  readonly connections: Connections;
  readonly clock: Clock;
  /** The reading of what has arrived. */
  readonly backlog: Backlog;
  readonly stage: Stage;
  /** Fields of a delta that have reasoning, beside the known ones. */
  readonly reasoningFields?: readonly string[] | undefined;
}
