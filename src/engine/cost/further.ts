import { z } from 'zod';

const zeroOrMore = z.number().nonnegative();
const factor = z.number().min(1);
const share = z.number().gt(0).max(1);

/** A constant that a profile may leave out: what it may be, what it is then, and what it is. */
interface Row<S extends z.ZodType> {
  readonly schema: S;
  readonly absent: z.infer<S>;
}

function row<S extends z.ZodType>(schema: S, absent: z.infer<S>, says: string): Row<S> {
  return { schema: schema.describe(says) as S, absent };
}

/**
 * What real servers show beside the time of their kernels. Every constant that is absent has no effect, so a profile
 * that names none of them is of the plain cost model.
 *
 * Sources: vLLM v1's `core.py` (step_with_batch_queue), `gpu_model_runner.py` (captured batch sizes) and
 * `kv_offload` (transfers of a direction wait for each other); a recorded vLLM 0.24 on an H100.
 */
export const FURTHER = {
  apiMs: row(zeroOrMore, 14, 'HTTP, tokenizing and IPC of a request, however many there are'),
  apiSerialMs: row(zeroOrMore, 0, 'the same, of one request after the other'),
  apiReadShare: row(
    zeroOrMore.max(1),
    0,
    'of that, the share that is spent when a request comes in, before those that came earlier go on',
  ),
  promptTokenUs: row(zeroOrMore, 0, 'the same, per token of the prompt'),
  chunkUs: row(zeroOrMore, 0, 'for which the API is busy with a streamed token'),
  firstChunkMs: row(
    zeroOrMore,
    0,
    'by which the first token comes later through the API than the others',
  ),
  decodeRowUs: row(zeroOrMore, 4, 'decode attention and sampler, per row'),
  mixedFactor: row(factor, 1.5, 'decode attention beside a prefill chunk: measured 1.3 to 1.7'),
  graphSizes: row(
    z.array(z.number().int().min(1)).readonly(),
    [],
    'batches of decode rows that CUDA graphs are captured for: others are padded to the next; none: no padding',
  ),
  paddedRowUs: row(zeroOrMore, 0, 'of a decode step, per row that it is padded to'),
  graphLaunchMs: row(zeroOrMore, 0, 'host time to launch a step of a captured graph'),
  eagerLaunchMs: row(zeroOrMore, 0, 'host time to launch any other: it takes at least that'),
  eagerLaunchSpread: row(
    zeroOrMore.max(1),
    0,
    'of that, evenly: between 1 - spread and 1 + spread of it',
  ),
  eagerLaunchStretchMs: row(
    zeroOrMore,
    0,
    'for so long launches take alike, and then another time of that spread; 0: each takes its own',
  ),
  hostRowUs: row(zeroOrMore, 0, 'host time of a step, per row: detokenizing, output'),
  asyncScheduling: row(
    z.boolean(),
    false,
    'a step is scheduled and launched while the one before it runs, which hides the host time',
  ),
  allReduceMs: row(zeroOrMore, 0, 'tensor parallelism: exchange between GPUs, once a step'),
  allReduceTokenUs: row(zeroOrMore, 0, 'and per token'),
  expertsMs: row(zeroOrMore, 0, 'mixture of experts: the time to read the weights of all of them'),
  expertShare: row(share, 1, 'share of the experts that one token goes to'),
  hostLatencyMs: row(zeroOrMore, 0, 'before the first byte of a copy from host memory, or to it'),
  storeTokenUs: row(
    zeroOrMore,
    0,
    'with tiers below the GPU: host time of the step after, for a token of a prompt that is handed to them',
  ),
  transfersInTurn: row(
    z.boolean(),
    false,
    'transfers of one direction wait for each other, instead of sharing the link',
  ),
} as const satisfies Readonly<Record<string, Row<z.ZodType>>>;

type Rows = typeof FURTHER;

/** The constants that a profile may leave out. */
export type Further = { readonly [Name in keyof Rows]: z.infer<Rows[Name]['schema']> };

export type FurtherName = keyof Further;

export const FURTHER_NAMES = Object.keys(FURTHER) as FurtherName[];

/** All of them, with what an absent one means. */
export function furtherOf(given: Partial<Further>): Further {
  return Object.fromEntries(
    FURTHER_NAMES.map((name) => [name, given[name] ?? FURTHER[name].absent]),
  ) as unknown as Further;
}
