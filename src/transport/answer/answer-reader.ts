import type { AnswerLimits } from '../limits.ts';
import { answerLimits, megabytes } from '../limits.ts';
import type { DeltaKind, ResponseEnd, ResponseObserver } from '../transport.ts';
import { NAME_CHARS_MAX, type Wording, withoutSecrets } from '../wording.ts';
import { type Chunk, readChunk } from './openai.ts';
import { UsageTotal } from './usage-total.ts';

/** The part of a response that its body decides. */
export type BodyObserver = Pick<ResponseObserver, 'onDelta' | 'onEnd' | 'onFail'>;

/** How the body of a response is read. */
export interface ReadingOptions {
  readonly httpStatus?: number;
  readonly limits?: AnswerLimits;
  /** For all texts of the server's that are kept. */
  readonly says?: Wording;
  /** Fields of a delta that have reasoning, beside the known ones. */
  readonly reasoningFields?: readonly string[] | undefined;
}

/** Unknown fields that are named. */
const NAMES_MAX = 8;

/** One answer as it is being read: passes deltas on, keeps what is told at the end, and ends exactly once. */
export class AnswerReader {
  readonly #observer: BodyObserver;
  readonly #httpStatus: number;
  readonly #limits: AnswerLimits;
  readonly #says: Wording;
  readonly #reasoningFields: readonly string[] | undefined;
  readonly #usage = new UsageTotal();
  readonly #unknown = new Set<string>();
  #finishReason: string | undefined;
  #id: string | undefined;
  #fingerprint: string | undefined;
  #remark: string | undefined;
  #isOver = false;
  #deltas = 0;
  #chars = 0;
  #reads = 0;
  #deltaMs = -1;
  #otherMs = 0;
  /** When the bytes that are being read arrived. */
  atMs = 0;
  /** A finish reason or the closing usage was read. */
  isFinal = false;
  /** `[DONE]` was read; what comes after it does not count. */
  isDone = false;

  constructor(observer: BodyObserver, options: ReadingOptions = {}) {
    const { httpStatus = 200, limits = answerLimits(), says = withoutSecrets } = options;
    this.#observer = observer;
    this.#httpStatus = httpStatus;
    this.#limits = limits;
    this.#says = says;
    this.#reasoningFields = options.reasoningFields;
  }

  /** Ended, failed or cancelled: nothing may be called any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Both that tell of the end were read: a stream without `[DONE]` has no more to say. */
  get isComplete(): boolean {
    return this.#finishReason !== undefined && this.#usage.isKnown;
  }

  /** When the bytes arrived that said something of the answer last: then it ended, if nothing more comes. */
  get saidMs(): number {
    return Math.max(this.#deltaMs, this.#otherMs);
  }

  get bytesMax(): number {
    return this.#limits.bytes;
  }

  delta(kind: DeltaKind, text: string): void {
    if (this.#isOver) return;
    const { atMs } = this;
    if (atMs !== this.#deltaMs) {
      this.#reads++;
      this.#deltaMs = atMs;
    }
    this.#chars += text.length;
    if (++this.#deltas > this.#limits.deltas || this.#chars > this.#limits.bytes) this.#endless();
    else this.#observer.onDelta(kind, text, atMs);
  }

  /** What one event or document says, without taking it. */
  chunkOf(json: unknown): Chunk {
    return readChunk(json, this.#reasoningFields);
  }

  /** Takes what one event or document says. */
  read(json: unknown): Chunk {
    const chunk = this.chunkOf(json);
    if (chunk.error !== undefined) {
      this.fail(chunk.error);
      return chunk;
    }
    this.saidMore();
    if (chunk.usage) this.#usage.add(chunk.usage, chunk.isFinal && !chunk.finishReason);
    this.#finishReason = chunk.finishReason ?? this.#finishReason;
    this.#id ??= chunk.id;
    this.#fingerprint ??= chunk.fingerprint;
    this.#remark ??= chunk.remark;
    this.isFinal ||= chunk.isFinal;
    for (const name of chunk.unknown) if (this.#unknown.size < NAMES_MAX) this.#unknown.add(name);
    for (const { kind, text } of chunk.deltas) this.delta(kind, text);
    return chunk;
  }

  /** `[DONE]`. */
  done(): void {
    this.isDone = true;
    this.saidMore();
  }

  /** The bytes at hand are a part of the answer. */
  saidMore(): void {
    this.#otherMs = this.atMs;
  }

  /** It was read to its end; whether it is an answer is to be seen. */
  end(): void {
    if (this.#isOver) return;
    const isAnswer = this.#deltas > 0 || this.#finishReason !== undefined || this.#usage.isKnown;
    const isBare = this.#finishReason === undefined && !this.#usage.isKnown;
    if (isBare && this.#remark !== undefined) this.fail(this.#remark);
    else if (!isAnswer) this.fail(`no text, finish_reason or usage came${this.#unknownText}`);
    else this.#finish();
  }

  /** What was there instead of an answer is quoted by `message`. */
  fail(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const failure = {
      status: 'protocol',
      message: this.#says(message),
      httpStatus: this.#httpStatus,
    } as const;
    this.#observer.onFail(failure, this.atMs);
  }

  /** It ended before it was complete. */
  failUnfinished(message: string): void {
    const said = this.#remark === undefined ? this.#unknownText : `: ${this.#remark}`;
    this.fail(`${message}${said}`);
  }

  cancel(): void {
    this.#isOver = true;
  }

  #finish(): void {
    this.#isOver = true;
    const { usage, remarks } = this.#usage.close(this.#chars > 0);
    if (this.#deltas === 0 && (usage?.outputTokens ?? 0) > 0 && this.#unknown.size > 0) {
      const tokens = usage!.outputTokens;
      remarks.push(`no text was understood: ${tokens} output tokens by usage${this.#unknownText}`);
    }
    const says = (text: string): string => this.#says(text, NAME_CHARS_MAX);
    const finishReason = this.#finishReason === undefined ? undefined : says(this.#finishReason);
    const end: { -readonly [Name in keyof ResponseEnd]: ResponseEnd[Name] } = {
      usage,
      finishReason,
    };
    if (this.#id !== undefined) end.id = says(this.#id);
    if (this.#fingerprint !== undefined) end.fingerprint = says(this.#fingerprint);
    if (this.#reads > 0) end.reads = this.#reads;
    if (remarks.length > 0) end.remarks = remarks.map((remark) => this.#says(remark));
    this.#observer.onEnd(end, this.saidMs);
  }

  #endless(): void {
    const { maxTokens, deltas, bytes } = this.#limits;
    const asked = maxTokens === undefined ? 'no max_tokens' : `max_tokens ${maxTokens}`;
    this.fail(
      this.#chars > bytes
        ? `the answer is longer than ${megabytes(bytes)}`
        : `the answer does not end: more than ${deltas} deltas came for ${asked}`,
    );
  }

  get #unknownText(): string {
    return this.#unknown.size ? `; unknown fields: ${[...this.#unknown].join(', ')}` : '';
  }
}
