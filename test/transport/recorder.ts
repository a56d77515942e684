import type {
  DeltaKind,
  Failure,
  ResponseEnd,
  ResponseObserver,
} from '../../src/transport/transport.ts';

export type Call =
  | { type: 'sent'; atMs: number; connectMs: number | undefined }
  | { type: 'reconnect' }
  | { type: 'headers'; headers: Readonly<Record<string, string>> }
  | { type: 'delta'; kind: DeltaKind; text: string; atMs: number }
  | { type: 'end'; end: ResponseEnd; atMs: number }
  | { type: 'fail'; failure: Failure; atMs: number };

/** Writes down every call, in order. */
export class Recorder implements ResponseObserver {
  readonly calls: Call[] = [];
  readonly over: Promise<void>;
  #finish: () => void = () => {};
  /** Called after each call was written down. */
  onCall: (call: Call) => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  onSent(atMs: number, connectMs?: number): void {
    this.#note({ type: 'sent', atMs, connectMs });
  }

  onReconnect(): void {
    this.#note({ type: 'reconnect' });
  }

  onHeaders(headers: Readonly<Record<string, string>>): void {
    this.#note({ type: 'headers', headers });
  }

  onDelta(kind: DeltaKind, text: string, atMs: number): void {
    this.#note({ type: 'delta', kind, text, atMs });
  }

  onEnd(end: ResponseEnd, atMs: number): void {
    this.#note({ type: 'end', end, atMs });
    this.#finish();
  }

  onFail(failure: Failure, atMs: number): void {
    this.#note({ type: 'fail', failure, atMs });
    this.#finish();
  }

  get types(): string[] {
    return this.calls.map((call) => call.type);
  }

  /** `kind:text` of every delta. */
  get deltas(): string[] {
    return this.calls.flatMap((call) =>
      call.type === 'delta' ? [`${call.kind}:${call.text}`] : [],
    );
  }

  get end(): ResponseEnd | undefined {
    const call = this.calls.find((one) => one.type === 'end');
    return call?.end;
  }

  get failure(): Failure | undefined {
    const call = this.calls.find((one) => one.type === 'fail');
    return call?.failure;
  }

  #note(call: Call): void {
    this.calls.push(call);
    this.onCall(call);
  }
}
