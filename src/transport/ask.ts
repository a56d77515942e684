import type { ChatRequest, Failure, Transport, Usage } from './transport.ts';

/** What came of one request that was answered. */
export interface Answer {
  readonly text: string;
  readonly usage: Usage | undefined;
  /** On the transport's clock, milliseconds. */
  readonly endMs: number;
}

/** A request that was not answered. */
export class NotAnswered extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Sends one request, outside of any run. Rejects with NotAnswered. */
export function ask(transport: Transport, request: ChatRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let text = '';
    transport.send(request, {
      onSent() {},
      onReconnect() {},
      onDelta(kind, piece) {
        if (kind === 'content') text += piece;
      },
      onEnd: ({ usage }, endMs) => resolve({ text, usage, endMs }),
      onFail: (failure) => reject(new NotAnswered(failure)),
    });
  });
}
