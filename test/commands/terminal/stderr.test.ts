import { afterEach, expect, test, vi } from 'vitest';
import { logAs, say } from '../../../src/commands/terminal/stderr.ts';

afterEach(() => {
  logAs([]);
  vi.restoreAllMocks();
});

function saying(argv: readonly string[], tell: () => void): string {
  let text = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((more) => {
    text += more;
    return true;
  });
  logAs(argv);
  tell();
  return text;
}

test.each([[['run', '--log-format', 'json']], [['run', '--log-format=json', 'x.yaml']]])(
  'after %j every line is one JSON object',
  (argv) => {
    const text = saying(argv, () => {
      say('error: two\nlines');
      say('told', { event: 'interval', completed: 3 });
    });
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { level: 'error', event: 'notice', message: 'two\nlines' },
      { level: 'info', event: 'interval', message: 'told', completed: 3 },
    ]);
    for (const { time } of lines) expect(new Date(time).toISOString()).toBe(time);
  },
);

test.each([[['run']], [['run', '--', '--log-format', 'json']], [['run', '--log-format', 'text']]])(
  'after %j lines are text',
  (argv) => {
    expect(saying(argv, () => say('error: one'))).toBe('error: one\n');
  },
);
