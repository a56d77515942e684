/**
 * Words of reasons for which an answer was broken off: of engines and the ways to them, documented or not. What says
 * none of them ends an answer, whatever else it may say: `stop`, `length`, `content_filter`, `pause_turn`.
 */
const FAILING =
  /abort|cancel|crash|disconnect|drop|err(or)?(\b|_)|evict|exce(ed|pt)|expire|fail|fault|insufficient|interrupt|invalid|kill|lost|^not_finished$|overload|preempt|reject|shutdown|terminat|time_?d?_?out|unavailable|^(un)?load$/;

/** Whether an answer with this finish reason is none: the server broke it off. */
export function isFailureReason(reason: string): boolean {
  return FAILING.test(reason.toLowerCase().replace(/[^a-z0-9]+/g, '_'));
}
