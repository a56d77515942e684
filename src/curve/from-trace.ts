import { UsageError } from '../base/errors.ts';
import { conflicts } from '../inspect/warnings.ts';
import { Chains } from '../workload/traces/chains.ts';
import { type Fold, foldInOrder } from '../workload/traces/fold-in-order.ts';
import type { TraceEntry } from '../workload/traces/format.ts';
import { openTraceFile, type Reading } from '../workload/traces/rewrite/open-trace.ts';
import type { CurveSource, RequestFold } from './request.ts';

/**
 * The requests of a trace that names their blocks, in the order of time.
 * @throws UsageError if no format fits, and while it is played if requests name none.
 */
export async function traceSource(file: string, reading: Reading): Promise<CurveSource> {
  const { format, facts, options } = await openTraceFile(file, reading);
  const { blockTokens } = options;
  return {
    kind: 'trace',
    name: file,
    how: [`Requests are those of the trace, in ${format.name}'s format; answers are not in it.`],
    blockTokens,
    play: async <F extends RequestFold>(begin: () => F) => {
      const told = new Set<string>();
      const read = () => format.read(file, { ...options, warn: (line) => void told.add(line) });
      const { fold } = await foldInOrder(read, () => new TraceFold(file, begin()));
      if (!fold.references) throw new UsageError(`${file}: ${NO_BLOCKS}`);
      const isOverlaid = facts.timeOrigin === 'session' && fold.sessions > 1;
      const doubts = [...(isOverlaid ? [OVERLAID] : []), ...conflicts(fold)];
      return { fold: fold.requests, warnings: [...told, ...doubts] };
    },
  };
}

const NO_BLOCKS =
  'found no block ids in its requests; expected some; --as scenario plays it, and makes prompts of its lengths or messages';
const ADDED =
  'its block ids are those of what is new in a turn; expected those of whole prompts; --as scenario plays it, and makes them';
const OVERLAID =
  'The times of each session count from its own beginning: sessions are taken as if all began at once.';

class TraceFold<F extends RequestFold> implements Fold {
  readonly requests: F;
  references = 0;
  readonly #file: string;
  readonly #chains = new Chains();
  readonly #begun = new Set<string>();

  constructor(file: string, requests: F) {
    this.#file = file;
    this.requests = requests;
  }

  get parentConflicts(): number {
    return this.#chains.conflicts;
  }

  get sessions(): number {
    return this.#begun.size;
  }

  add({ hashIds, inputTokens, atMs, session, isCumulative, kind, model }: TraceEntry): void {
    if (inputTokens === undefined) return;
    this.references += hashIds?.length ?? 0;
    if (session !== undefined) {
      const isAdded = hashIds && !isCumulative && this.#begun.has(session);
      if (isAdded) throw new UsageError(`${this.#file}: ${ADDED}`);
      this.#begun.add(session);
    }
    const chain = this.#chains.namesOf(hashIds ?? []);
    const groups = kind === undefined && model === undefined ? undefined : { kind, model };
    this.requests.add({ chain, inputTokens, atMs, session, groups });
  }
}
