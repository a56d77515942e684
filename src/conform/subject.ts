import { parsedJson } from '../base/json.ts';
import { ANSWERS_AS } from '../base/version.ts';
import { ENGINES, usesOf } from '../server/engines.ts';
import { samplesOf } from '../server/exposition.ts';
import { object } from '../transport/json.ts';
import { findBlock } from './find-block.ts';
import { gauges, metricsPage } from './pages.ts';
import type { Prompts } from './prompts.ts';
import type { Wire } from './wire.ts';

/** What the user says of a server; it wins over what the server says. */
export interface Said {
  readonly model?: string | undefined;
  readonly blockTokens?: number | undefined;
  readonly blocks?: number | undefined;
}

/** The server under test, as far as it is known. */
export interface Subject {
  readonly model: string;
  /** By the names on its page of metrics: `vLLM`. */
  readonly engine: string | undefined;
  /** Of the engine of this program, whose API it has. */
  readonly answersAs?: string;
  readonly version: string | undefined;
  readonly blockTokens: number | undefined;
  readonly blockTokensFrom: 'flag' | 'metrics' | 'probing' | undefined;
  /** Blocks of the cache on the GPU, its null block included; undefined: not told. */
  readonly blocks: number | undefined;
  /** Longest prompt plus answer, tokens. */
  readonly maxModelTokens: number | undefined;
}

/** Asks a server for what it is. */
export async function subjectOf(wire: Wire, said: Said, prompts: Prompts): Promise<Subject> {
  const [models, version, page] = await Promise.all([
    json(wire, 'models'),
    json(wire, 'version'),
    metricsPage(wire),
  ]);
  const data = object(models)['data'];
  const list = Array.isArray(data) ? data.map(object) : [];
  const named = list.map(({ id }) => id).filter((id) => typeof id === 'string');
  const model = said.model ?? named[0] ?? '';
  const served = list.find(({ id }) => id === model) ?? {};
  const told = gauges(page, ['blockTokens', 'capacityBlocks']);
  const maxModelTokens = whole(served['max_model_len']) ?? whole(object(served['meta'])['n_ctx']);
  const known = {
    model,
    ...engineOf(page),
    version: versionOf(version) ?? (await fingerprint(wire, model, prompts)),
    blocks: said.blocks ?? told.capacityBlocks,
    maxModelTokens,
  };
  if (said.blockTokens !== undefined) {
    return { ...known, blockTokens: said.blockTokens, blockTokensFrom: 'flag' };
  }
  if (told.blockTokens) {
    return { ...known, blockTokens: told.blockTokens, blockTokensFrom: 'metrics' };
  }
  const found = await findBlock(wire, known, prompts);
  return {
    ...known,
    blockTokens: found,
    blockTokensFrom: found === undefined ? undefined : 'probing',
  };
}

async function json(wire: Wire, place: 'models' | 'version'): Promise<unknown> {
  const reply = await wire.get(place).catch(() => undefined);
  return reply?.status === 200 ? parsedJson(reply.text) : undefined;
}

function versionOf(version: unknown): string | undefined {
  const told = object(version)['version'];
  return typeof told === 'string' ? told : undefined;
}

/** What an answer says of the software that made it. */
async function fingerprint(
  wire: Wire,
  model: string,
  prompts: Prompts,
): Promise<string | undefined> {
  const body = { model, prompt: prompts.fresh(SHORT), max_tokens: 1 };
  const reply = await wire.post('completions', body).catch(() => undefined);
  const told = object(parsedJson(reply?.text ?? ''))['system_fingerprint'];
  return typeof told === 'string' ? told : undefined;
}

const SHORT = 4;

/** Whoever's names are on the page, the first of the table of engines; this program's engine has its own beside vLLM's. */
function engineOf(page: string | undefined): Pick<Subject, 'engine' | 'answersAs'> {
  if (page === undefined) return { engine: undefined };
  if (OWN_NAME.test(page)) return { engine: 'confab engine', answersAs: ANSWERS_AS };
  const samples = samplesOf(page, (name) => usesOf(name).length > 0);
  const names = new Set(samples.flatMap(({ name }) => usesOf(name).map(({ engine }) => engine)));
  const first = (Object.keys(ENGINES) as (keyof typeof ENGINES)[]).find((name) => names.has(name));
  return { engine: first && ENGINES[first].title };
}

const OWN_NAME = /^confab:/m;

function whole(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}
