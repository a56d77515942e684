import { vi } from 'vitest';
import type { Wire } from '../../src/conform/wire.ts';
import { Engine } from '../../src/engine/engine.ts';
import { BlockPool } from '../../src/engine/kv/block-pool.ts';
import { Holdings } from '../../src/engine/kv/holdings.ts';
import type { Sequence } from '../../src/engine/schedule/sequence.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { engineSchema } from '../../src/scenario/engine.ts';

type Body = Record<string, unknown>;

/** A defect of an engine that otherwise keeps the rules, and the probes that it is to be found by: no others. */
export interface Planted {
  readonly foundBy: readonly string[];
  readonly options?: Partial<EngineOptions>;
  /** Changes the engine's code until mocks are restored. */
  plant?(): void;
  /** Changes what is sent to it. */
  asked?(body: Body, place: string): Body;
  /** Answers in its place. */
  answered?(body: Body): string | undefined;
  /** Changes what it says. */
  told?(text: string, place: string, body: Body | undefined): string;
}

/** The wire with the defect in it. */
export function withDefect(wire: Wire, { asked, answered, told }: Planted): Wire {
  const heard = (text: string, place: string, body?: Body) => told?.(text, place, body) ?? text;
  return {
    ...wire,
    async post(place, body, sending) {
      const text = answered?.(body as Body);
      if (text !== undefined) return { status: 200, text };
      const sent = asked?.(body as Body, place) ?? body;
      const reply = await wire.post(place, sent, sending);
      return { ...reply, text: heard(reply.text, place, body as Body) };
    },
    async get(place) {
      const reply = await wire.get(place);
      return { ...reply, text: heard(reply.text, place) };
    },
  };
}

/** The value of every sample of these names, changed. */
function sample(names: RegExp, change: (value: number) => number) {
  return (text: string, place: string): string =>
    place !== 'metrics'
      ? text
      : text.replace(/^(vllm:\w+)(\{.*\})? (\S+)$/gm, (line, name, labels = '', value) =>
          names.test(`${name}${labels}`) ? `${name}${labels} ${change(Number(value))}` : line,
        );
}

/** Of blocks on the GPU and four times as many on the host. */
const TIERED: Partial<EngineOptions> = {
  reportTiers: true,
  offload: engineSchema.parse({ offload: { preset: 'vllm', cpu: { blocks: 2000 } } }).offload,
};

/** Runs instead of a method; `this` and the method are the first arguments. */
function instead<C extends { prototype: object }>(
  of: C,
  method: string,
  run: (self: object, original: (...args: never[]) => unknown, ...args: never[]) => unknown,
): void {
  const prototype = of.prototype as Record<string, (...args: never[]) => unknown>;
  const original = prototype[method]!;
  vi.spyOn(prototype, method).mockImplementation(function (this: object, ...args: never[]) {
    return run(this, original, ...args);
  });
}

export const PLANTED: Readonly<Record<string, Planted>> = {
  'off by one block': {
    foundBy: ['repeat'],
    plant: () =>
      instead(Holdings, 'lookup', (self, lookup, ...args) =>
        Math.max(0, (lookup.apply(self, args) as number) - 1),
      ),
  },
  'the last token of a prompt counted': {
    foundBy: ['last-token'],
    plant: () =>
      instead(Holdings, 'lookup', (self, lookup, sequence: Sequence) => {
        const longer = Object.create(sequence, {
          knownTokens: { value: sequence.knownTokens + 1 },
        });
        return lookup.call(self, longer as never);
      }),
  },
  'the last token of an answer counted': {
    foundBy: ['last-sampled'],
    plant: () =>
      instead(Holdings, 'release', (self, release, sequence: Sequence) => {
        const holdings = self as Holdings;
        const full = Math.floor(sequence.knownTokens / 16) <= sequence.blockCount;
        if (full) holdings.publish(sequence, sequence.knownTokens);
        release.call(self, sequence as never);
      }),
  },
  'answers not cached': {
    foundBy: ['answer'],
    plant: () =>
      instead(Holdings, 'publish', (self, publish, sequence: Sequence, tokens: number) => {
        const known = Math.min(tokens, sequence.promptTokens);
        if (known / 16 >= sequence.publishedBlocks)
          publish.call(self, sequence as never, known as never);
      }),
  },
  'salt ignored': {
    foundBy: ['salt'],
    asked: ({ cache_salt: _, ...body }) => body,
  },
  'what a request computes found only when it has ended': {
    foundBy: ['twins'],
    options: { defects: engineSchema.parse({ defects: { lateBlocks: true } }).defects },
  },
  'both of two twins counted as hits': {
    foundBy: ['twins'],
    told: overCounted(),
  },
  'hits counted in blocks': {
    foundBy: ['counter-hits'],
    told: sample(/prefix_cache_hits|source="local_cache_hit"/, (tokens) => tokens / 16),
  },
  'lookups counted twice': {
    foundBy: ['counter-lookups'],
    told: sample(/:prefix_cache_queries/, (tokens) => 2 * tokens),
  },
  'generated tokens counted without the first': {
    foundBy: ['counter-totals'],
    told: sample(/generation_tokens_total/, (tokens) => tokens * 0.75),
  },
  'no details in the usage': {
    foundBy: ['usage'],
    options: { reportCached: false },
  },
  'a token before every prompt': {
    foundBy: ['usage'],
    asked: (body) =>
      Array.isArray(body['prompt'])
        ? { ...body, prompt: [7, ...(body['prompt'] as number[])] }
        : body,
  },
  'a token before every text': {
    foundBy: ['text'],
    asked: (body, place) =>
      place === 'completions' && typeof body['prompt'] === 'string'
        ? { ...body, prompt: `. ${body['prompt']}` }
        : body,
  },
  'blocks twice as large as they are': {
    foundBy: ['block'],
    told: (text, place) =>
      place === 'metrics' ? text.replaceAll('block_size="16"', 'block_size="32"') : text,
  },
  'prompts cached before they were sent': {
    foundBy: ['fresh'],
    options: { defects: engineSchema.parse({ defects: { primed: 1 } }).defects },
  },
  'blocks found after any other': { foundBy: ['chained'], told: unchained() },
  'a hit that is no use of its blocks': { foundBy: ['lru'], answered: untouched() },
  'the start of a prefix lost first': {
    foundBy: ['leaves-first'],
    plant: () =>
      instead(BlockPool, 'release', (self, release, blocks: Int32Array, count: number) => {
        for (let i = 0; i < count; i++) release.call(self, blocks.subarray(i) as never, 1 as never);
      }),
  },
  'one block more than there are': {
    foundBy: ['capacity'],
    told: (text, place) =>
      place === 'metrics' ? text.replaceAll('num_gpu_blocks="80"', 'num_gpu_blocks="81"') : text,
  },
  'a reset that resets nothing': {
    foundBy: ['reset'],
    plant: () => instead(Engine, 'resetPrefixCache', () => true),
  },
  'tiers told the wrong way round': {
    foundBy: ['tiers'],
    options: TIERED,
    told: (text) =>
      text.replace(
        /"local_cached_tokens":(\d+),"external_cached_tokens":(\d+)/g,
        '"local_cached_tokens":$2,"external_cached_tokens":$1',
      ),
  },
  'nothing loaded from the tiers': {
    foundBy: ['tiers'],
    options: { ...TIERED, defects: engineSchema.parse({ defects: { unloaded: 1 } }).defects },
  },
  'a template that ends only the newest prompt so': {
    foundBy: ['template'],
    options: {
      defects: engineSchema.parse({ defects: { templateDrift: 'generationPrompt' } }).defects,
    },
  },
  'answers that come back as other tokens': {
    foundBy: ['history'],
    options: { defects: engineSchema.parse({ defects: { retokenised: 1 } }).defects },
  },
  'parts left out': {
    foundBy: ['parts'],
    asked: (body) => ({
      ...body,
      ...(Array.isArray(body['messages']) && {
        messages: (body['messages'] as Body[]).map((message) =>
          Array.isArray(message['content']) ? { ...message, content: '' } : message,
        ),
      }),
    }),
  },
  'streams without hits': {
    foundBy: ['streamed'],
    told: (text, _, body) =>
      body?.['stream'] ? text.replace(/"cached_tokens":\d+/g, '"cached_tokens":0') : text,
  },
  'the prompt of n answers counted n times': {
    foundBy: ['n'],
    told: (text, _, body) =>
      body?.['n'] === 2
        ? text.replace(/"prompt_tokens":(\d+)/, (_, tokens) => `"prompt_tokens":${2 * tokens}`)
        : text,
  },
  'other ids of the prompt told': {
    foundBy: ['token-ids'],
    told: (text) => text.replace(/"prompt_token_ids":\[\d+/g, '"prompt_token_ids":[7'),
  },
  'what had to give way counted again': {
    foundBy: ['preemption'],
    plant: () =>
      instead(Holdings, 'release', (self, release, sequence: Sequence) => {
        if (sequence.place === 'running') sequence.cachedTokens = undefined;
        release.call(self, sequence as never);
      }),
  },
  'blocks of an abandoned request kept': {
    // A cache of which something is held cannot be emptied either.
    foundBy: ['abort-frees', 'reset'],
    plant: () =>
      instead(
        Holdings,
        'release',
        (self, release, sequence: Sequence & { isCancelled?: boolean }) => {
          if (!sequence.isCancelled) release.call(self, sequence as never);
        },
      ),
  },
};

/** Requests for answers as long as those of twins are told as found, however they were. */
function overCounted(): Planted['told'] {
  return (text, _, body = {}) => {
    const { prompt, max_tokens: most } = body;
    if (!Array.isArray(prompt) || most !== 32 || body['stream']) return text;
    const all = 16 * Math.floor((prompt.length - 1) / 16);
    return text.replace(/"cached_tokens":\d+/, `"cached_tokens":${all}`);
  };
}

/** Behind what is found, a block is counted as found that stood behind another one before, and not behind this. */
function unchained(): Planted['told'] {
  const parents = new Map<string, Set<string>>();
  return (text, place, body = {}) => {
    const { prompt } = body;
    if (place !== 'completions' || !Array.isArray(prompt) || body['cache_salt']) return text;
    const blocks = Array.from({ length: Math.floor(prompt.length / 16) }, (_, i) =>
      prompt.slice(16 * i, 16 * (i + 1)).join(),
    );
    return text.replace(/"cached_tokens":(\d+)/, (_, cached) => {
      let count = Number(cached) / 16;
      while (count > 0 && isElsewhere(blocks[count], blocks[count - 1]!)) count++;
      for (const [i, block] of blocks.entries()) {
        const before = parents.get(block) ?? new Set();
        parents.set(block, before.add(blocks[i - 1] ?? ''));
      }
      return `"cached_tokens":${16 * count}`;
    });
  };

  function isElsewhere(block: string | undefined, parent: string): boolean {
    const before = block === undefined ? undefined : parents.get(block);
    return before !== undefined && !before.has(parent);
  }
}

/** Three blocks and one token more are answered without the engine, once: its blocks do not hear of it. */
function untouched(): Planted['answered'] {
  const known = new Set<string>();
  return ({ prompt }) => {
    if (!Array.isArray(prompt)) return undefined;
    if (prompt.length === 48) known.add(prompt.join());
    if (prompt.length !== 49 || !known.delete(prompt.slice(0, 48).join())) return undefined;
    const usage = { prompt_tokens: 49, prompt_tokens_details: { cached_tokens: 48 } };
    return JSON.stringify({ choices: [{ text: ' a' }], usage });
  };
}
