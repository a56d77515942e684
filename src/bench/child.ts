import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a child process can be asked: a name, and a function of one argument that can be sent as JSON. */
export type Answers = Record<string, (argument: never) => unknown>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A script of this folder in a process of its own, started afresh so that nothing is warm or shared. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers>();
  #ids = 0;

  constructor(script: URL, settings: unknown, execArgv: readonly string[] = []) {
    this.#process = fork(fileURLToPath(script), [JSON.stringify(settings)], {
      execArgv: [...execArgv],
    });
    this.#process.on('message', (reply) => this.#onReply(reply as Reply));
    this.#process.on('exit', (code, signal) => this.#onExit(code ?? signal));
  }

  ask<Result>(name: string, argument?: unknown): Promise<Result> {
    const question: Question = { id: this.#ids++, name, argument };
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(question.id, { resolve: resolve as (result: unknown) => void, reject });
      this.#process.send(question);
    });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const isGone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await isGone;
  }

  #onReply({ id, result, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }

  #onExit(how: number | string | null): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new Error(`a child process of the bench ended early: ${how}`));
    }
    this.#waiting.clear();
  }
}

interface PromiseWithResolvers {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** In the child: what it was started with. */
export function settingsOfChild<Settings>(): Settings {
  return JSON.parse(process.argv[2]!) as Settings;
}

/** In the child: answers the parent's questions, in any order, until the parent ends the process. */
export function answerParent(answers: Answers): void {
  process.on('message', async ({ id, name, argument }: Question) => {
    try {
      const result = await answers[name]!(argument as never);
      process.send!({ id, result });
    } catch (error) {
      process.send!({ id, error: error instanceof Error ? error.stack : String(error) });
    }
  });
}
