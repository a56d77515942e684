import { expect, test } from 'vitest';
import { elsewhere, type FormatName, KNOWN_FORMATS } from '../../src/base/known-formats.ts';

/** The first value of a file in each format, or the whole of it. */
const SAMPLES: Readonly<Record<FormatName, object>> = {
  journal: { format: 'confab-journal', version: 1, scenario: {} },
  summary: { format: 'confab-summary', version: 1 },
  generator: { filetype: 'generate_conversations', num_conversations: 3, prompt_input: {} },
  agents: { round_id: 0, agent_id: [1], output_tokens: [5], input_from: [[]] },
  trace: { timestamp: 0, input_length: 5, output_length: 1, hash_ids: [1] },
  conversations: { id: 'a', conversations: [{ from: 'human', value: 'q' }] },
  tokenizer: { version: '1.0', added_tokens: [], model: { type: 'BPE' } },
  modelConfig: { architectures: ['LlamaForCausalLM'], num_hidden_layers: 32 },
  profile: { description: 'x', weightsMs: 9 },
  scenario: { conversation: { rounds: 3 }, population: { users: 1 } },
  sessions: { session_id: 0, prompts: ['q'] },
  clientTrace: { request_id: 0, status: 'success', input: [], output: 'a' },
  prompts: { prompt: 'q', output_length: 5 },
};

test.each(Object.entries(SAMPLES))('%s is told from all others', (name, value) => {
  for (const expected of Object.keys(KNOWN_FORMATS) as FormatName[]) {
    const { says, readBy } = KNOWN_FORMATS[name as FormatName];
    const told = elsewhere(value, expected);
    if (expected === name) expect(told).toBeUndefined();
    // A journal is a summary's kind: both are confab's own.
    else if (told !== undefined || name !== 'journal') {
      expect(told).toBe(`it looks like ${says}: ${readBy}`);
    }
  }
});

test('nothing is said of what looks like nothing', () => {
  for (const value of [{}, { a: 1 }, 'text', [], null, undefined, 3]) {
    expect(elsewhere(value, 'scenario')).toBeUndefined();
  }
});
