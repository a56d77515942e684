import { type CommandOptions, confab, type Ended } from './confab.ts';

export interface Begun {
  readonly ended: Promise<Ended>;
  /** Resolves when stderr matches; rejects if the command ends before. */
  says(pattern: RegExp): Promise<void>;
  /** What the command does about a signal. */
  signal(name: NodeJS.Signals): void;
}

/**
 * A command in this process that is told of signals: what listens for them since it has begun is called. That a signal
 * reaches a process is for those tests that start one; what comes of it costs a tenth here.
 */
export function begun(args: readonly string[], options: CommandOptions = {}): Begun {
  let stderr = '';
  const waiting = new Set<() => void>();
  const before = new Map<NodeJS.Signals, readonly unknown[]>();
  for (const name of ['SIGINT', 'SIGTERM'] as const) before.set(name, process.listeners(name));
  const ended = confab(args, {
    ...options,
    onStderr: (text) => {
      stderr += text;
      for (const look of waiting) look();
    },
  });
  return {
    ended,
    says: (pattern) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (!pattern.test(stderr)) return;
          waiting.delete(look);
          done();
        };
        waiting.add(look);
        look();
        void ended.then(() => fail(new Error(`ended without saying ${pattern}:\n${stderr}`)));
      }),
    signal(name) {
      const own = process.listeners(name).filter((one) => !before.get(name)!.includes(one));
      if (own.length === 0) throw new Error(`nothing of the command listens for ${name}`);
      for (const listener of own) listener(name);
    },
  };
}
