import { type Json, jsonText, object, saysSomething, text } from '../json.ts';

/** Where an error says what it is about, in the order of how much is said there. */
const MESSAGES = [
  ...['message', 'msg', 'Message', 'error_message', 'errorMessage', 'error_msg', 'errmsg'],
  ...['detail', 'details', 'description', 'error_description', 'faultstring', 'status_msg'],
  ...['reason', 'title'],
];
const CODES = ['code', 'http_status_code', 'status_code', 'error_code', 'errorCode', 'errcode'];
/** Keys that servers, frameworks and gateways have for an error beside OpenAI's `error`. */
const ERROR_KEY =
  /^(err|errors?|fault|exception|failure|traceback)([_-]?(msg|messages?|text|details?|info|description|string|reason|code|no))?$/i;
const ERROR_INITIALS = 'eEfFtT';
/** What `saysItFailed` looks at. */
const OUTCOME_KEYS = new Set(['object', 'success', 'ok', 'base_resp', 'status', 'type', 'code']);
const ALL_WELL = /^(0|false|n\/?a|no error|none|null|ok|success(ful)?)$/i;
/** Words of a `status` or a `type` that leave no doubt. */
const FAILED = /^(error|fail|failed|failure|aborted|cancelled|canceled|.*\.(failed|error))$/i;
/** Errors within errors; more are a server's joke. */
const DEPTH_MAX = 4;
/** Shorter errors are but a title where a message stands beside them: "Bad Request". */
const TITLE_CHARS = 40;

/** The server's own words in an error body or event, in any of the shapes servers use; undefined: it holds no error. */
export function complaintOf(json: unknown): string | undefined {
  const body = object(unwrapped(json));
  if (isError(body['error'])) return complaintAt('error', body);
  let hasOutcome = false;
  for (const key in body) {
    if (isErrorKey(key) && isError(body[key])) return complaintAt(key, body);
    hasOutcome ||= OUTCOME_KEYS.has(key);
  }
  return hasOutcome && saysItFailed(body) ? describe(body) : undefined;
}

/** Every key of every chunk is asked about: few of them begin as one of an error does. */
function isErrorKey(key: string): boolean {
  return ERROR_INITIALS.includes(key[0] ?? ' ') && ERROR_KEY.test(key);
}

/** Google's errors are the first of a list, Tencent's in its envelope. */
function unwrapped(json: unknown): unknown {
  const first = Array.isArray(json) ? json[0] : json;
  const { Response: inner } = object(first);
  return isError(object(inner)['Error']) ? inner : first;
}

/**
 * What may be a complaint: a message in a body that is no part of an answer. It is one if no answer
 * comes of it.
 */
export function remarkOf(json: unknown): string | undefined {
  const body = object(json);
  return MESSAGES.some((key) => saysSomething(body[key])) ? describe(body) : undefined;
}

function complaintAt(key: string, body: Json): string {
  const value = body[key];
  const first = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'object' && first !== null) return describe(object(first));
  // `error: true` and `error_code: 7` have their message beside them.
  if (typeof first !== 'string' || /code|no$/i.test(key)) return describe(body);
  const beside = first.length < TITLE_CHARS ? remarkOf(body) : undefined;
  if (beside === undefined) return first;
  return beside.includes(first) ? beside : `${first}: ${beside}`;
}

function isError(value: unknown): boolean {
  if (value === false || value === 0 || !saysSomething(value)) return false;
  return typeof value !== 'string' || !ALL_WELL.test(value);
}

function saysItFailed(body: Json): boolean {
  // Old vLLM and FastChat put the fields of an error at the top.
  if (body['object'] === 'error' || body['success'] === false || body['ok'] === false) return true;
  const outcome = object(body['base_resp'])['status_code'];
  if (typeof outcome === 'number' && outcome !== 0) return true;
  if (saysSomething(body['choices'])) return false;
  const { status, type, code } = body;
  if (FAILED.test(text(status)) || FAILED.test(text(type))) return true;
  const isCode = [status, code].some((one) => typeof one === 'number' && one >= 400);
  return isCode && MESSAGES.some((key) => saysSomething(body[key]));
}

function describe(error: Json, depth = 0): string {
  const { base_resp, response } = error;
  const inner = object(error['error'] ?? base_resp ?? object(response)['error']);
  if (saysSomething(inner) && depth < DEPTH_MAX) return describe(inner, depth + 1);
  const key = MESSAGES.find((one) => saysSomething(error[one]));
  const message = key === undefined ? error : error[key];
  const said = typeof message === 'string' ? message : jsonText(message);
  const code = CODES.map((one) => error[one]).find((one) => one !== undefined && one !== null);
  const isNamed = code === undefined || typeof code === 'object' || said.includes(String(code));
  return isNamed ? said : `${said} (code ${code})`;
}
