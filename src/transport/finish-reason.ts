/** Whether an answer that ends for this reason is one, or was broken off. */
type Meaning = 'answer' | 'failure';

/** The reasons that public servers and APIs give, in small letters. */
const REASONS: Readonly<Record<string, Meaning>> = {
  // OpenAI, and what others call the same
  stop: 'answer',
  length: 'answer',
  tool_calls: 'answer',
  function_call: 'answer',
  content_filter: 'answer',
  eos: 'answer',
  eos_token: 'answer',
  end_id: 'answer',
  end_turn: 'answer',
  stop_sequence: 'answer',
  stop_words: 'answer',
  max_tokens: 'answer',
  tool_use: 'answer',
  pause_turn: 'answer',
  refusal: 'answer',
  complete: 'answer',
  completed: 'answer',
  incomplete: 'answer',
  // vLLM: it repeated itself; GLM and Gemini: what it said was not to be said
  repetition: 'answer',
  sensitive: 'answer',
  safety: 'answer',
  recitation: 'answer',
  // The engine, or the way to it, gave up.
  error: 'failure',
  abort: 'failure',
  aborted: 'failure',
  cancelled: 'failure',
  canceled: 'failure',
  timeout: 'failure',
  timed_out: 'failure',
  network_error: 'failure',
  insufficient_system_resource: 'failure',
  engine_overloaded: 'failure',
  preempt: 'failure',
  not_finished: 'failure',
  load: 'failure',
  unload: 'failure',
};

/** For reasons that are in no documentation. */
const FAILING =
  /abort|cancel|crash|disconnect|drop|err(or)?(\b|_)|evict|exce(ed|pt)|expire|fail|fault|insufficient|interrupt|invalid|kill|lost|overload|preempt|reject|shutdown|terminat|time_?d?_?out|unavailable/;

/** Whether an answer with this finish reason is none: the server broke it off. */
export function isFailureReason(reason: string): boolean {
  const name = reason.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const meaning = Object.hasOwn(REASONS, name) ? REASONS[name] : undefined;
  return meaning ? meaning === 'failure' : FAILING.test(name);
}
