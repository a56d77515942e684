import { basename } from 'node:path';
import { UsageError } from '../base/errors.ts';

/** Scripts that are typed as they were: the verb that has their flags, or what is typed in their place. */
const SCRIPTS: Readonly<Record<string, readonly string[] | string>> = {
  'multi-round-qa': ['multi-round-qa'],
  benchmark_serving_multi_turn: ['multi-turn'],
  convert_sharegpt_to_openai: ['convert', 'sharegpt'],
  cleanup_sharegpt: ['prepare', 'cleanup-sharegpt'],
  'agentic-qa': ['agentic'],
  data_preprocessing: 'confab prepare sharegpt INPUT OUTPUT --proportion SHARE',
  'real-multi-round-qa': 'confab sessions SCENARIO --groups C --sessions S',
  'mooncake-qa': 'confab run --trace FILE --url URL',
  'sharegpt-qa': 'confab run prompts --set conversation.file=FILE',
  benchmark_serving:
    'confab run --url URL --qps RATE; its flags are named where they are called otherwise',
};

/**
 * The arguments with the verb in place of a script's name, as it is or behind a path: `multi-round-qa.py`.
 * @throws UsageError for a script whose flags no verb has, with what is typed instead.
 */
export function withVerb(argv: readonly string[]): readonly string[] {
  const [first = '', ...rest] = argv;
  if (first === 'help') return ['help', ...(verbOf(rest[0])?.slice(0, 1) ?? rest)];
  const verb = verbOf(first);
  return verb ? [...verb, ...rest] : argv;
}

function verbOf(given = ''): readonly string[] | undefined {
  const name = basename(given).replace(/\.py$/, '');
  const row = Object.hasOwn(SCRIPTS, name) ? SCRIPTS[name] : undefined;
  if (typeof row !== 'string') return row;
  throw new UsageError(`${given}: its flags are not known here; expected ${row}`);
}
