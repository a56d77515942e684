import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { engineCommand } from '../../src/commands/engine.ts';
import { loadSchema } from '../../src/commands/flags/schema-field.ts';
import { LLAMA_31_8B } from '../../src/engine/cost/model-config.ts';

await loadSchema();

/** Loading the vocabulary takes seconds where other work has the processor; vitest gives a poll one. */
const PATIENCE = { timeout: 20_000, interval: 5 };

afterEach(() => {
  vi.restoreAllMocks();
});

function run(...args: string[]): Promise<unknown> {
  const command = engineCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parseAsync(args, { from: 'user' });
}

test('serves with the flags given, says where, and ends in order at a signal', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const ended = run(
    '--port',
    '0',
    '--gpu',
    'h100',
    '--blocks',
    '101',
    '--model',
    'm',
    '--api-ms',
    '0',
  );
  await expect.poll(() => said.mock.calls.length, PATIENCE).toBe(1);
  const [, url] = /^serving m \(h100 profile, 101 blocks\) on (http:\/\/127\.0\.0\.1:\d+)$/.exec(
    said.mock.calls[0]![0],
  )!;
  const models = await (await fetch(`${url}/v1/models`)).json();
  expect(models).toMatchObject({ data: [{ id: 'm', max_model_len: 1600 }] });
  const answer = fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'Hi', max_tokens: 100, ignore_eos: true }),
  });
  await expect
    .poll(async () => (await fetch(`${url}/metrics`)).text(), PATIENCE)
    .toContain('running{engine="0",model_name="m"} 1.0');
  process.emit('SIGTERM');
  expect((await answer).status).toBe(200);
  await ended;
  expect(process.listenerCount('SIGTERM')).toBe(0);
});

test('a GPU, a model and a size of the KV cache of the user: so many blocks', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const gpu = join(import.meta.dirname, '../../configs/l40s-qwen2.5-7b.json');
  const folder = mkdtempSync(join(tmpdir(), 'confab-engine-'));
  const model = join(folder, 'config.json');
  writeFileSync(model, JSON.stringify({ ...LLAMA_31_8B, num_hidden_layers: 16 }));
  const ended = run('--port', '0', '--gpu', gpu, '--model-config', model, '--kv-gb', '2');
  await expect.poll(() => said.mock.calls.length, PATIENCE).toBe(1);
  const url = /http\S+/.exec(said.mock.calls[0]![0])![0];
  // 2e9 bytes in blocks of 16 tokens of 64 KiB.
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('num_gpu_blocks="1907"');
  process.emit('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true });
});

test('a port in use is an error of the user, naming it', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const failing = run('--port', String(port));
  await expect(failing).rejects.toThrow(UsageError);
  await expect(failing).rejects.toThrow(
    `127.0.0.1:${port}: it is already in use; try another --port`,
  );
  other.close();
});

test.each([
  [['--gpu', 'b9000'], /found 'b9000'; expected one of rtx4090, rtxpro6000, a6000, a100, h100/],
  [['--gpu', './none.json'], /engine\.gpu: cannot read cost profile \.\/none\.json/],
  [
    ['--model-config', './none.json'],
    /engine\.modelConfig: cannot read model config \.\/none\.json/,
  ],
  [['--kv-gb', '4', '--blocks', '9'], /engine\.kvGB: found 4; expected one of it and 'blocks'/],
  [['--kv-gb', '0.002'], /engine\.kvGB: found 0\.002; room for 0 blocks of 2097152 bytes/],
  [['--policy', 'sjf'], /--policy <name>.* Found 'sjf'; expected fcfs, priority, round_robin/],
  [['--set', 'policy=sjf'], /engine\.policy: found "sjf"/],
  [['--cpu-gb', '8'], /engine\.offload\.cpu: found without engine\.offload\.preset/],
  [
    ['--set', 'offload.chunkTokens=64'],
    /engine\.offload\.chunkTokens: found without engine\.offload/,
  ],
  [['--offload', 'vllm'], /preset 'vllm' without a tier/],
  [['--set', 'defects.clock=1'], /engine\.defects\.clock: unknown field/],
  [['--set', 'defects=['], /--set: found 'engine\.defects=\['; the value is not YAML/],
  [['--port', '65536'], /Found '65536'; expected a whole number from 0 to 65535/],
  [['--host', '192.0.2.1'], /cannot listen on 192\.0\.2\.1:0: .*expected a --host/],
  [['--fault', 'boom'], /found 'boom'; expected FAULT/],
  [['--tokenizer', './none.json'], /tokenizer: found '.\/none.json'/],
])('%j is refused with what is accepted', async (args, message) => {
  await expect(run('--port', '0', ...args)).rejects.toThrow(message);
});

test('help lists the profiles and the faults', () => {
  let help = '';
  const command = engineCommand().configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  expect(help).toMatch(/rtx4090 +2588 blocks/);
  expect(help).toMatch(/--gpu <profile>[^-]*\.json file/);
  expect(help).toMatch(/stall-mid\[=TOKENS\]/);
  expect(help).toMatch(/x-confab-fault/);
});
