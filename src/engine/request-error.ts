import { reprOf } from './python-text.ts';

/** A refused or failed request, in OpenAI's error shape as vLLM fills it: `code` is the HTTP status. */
export interface EngineError {
  readonly message: string;
  readonly type: string;
  /** The request field that is to blame. */
  readonly param: string | null;
  readonly code: number;
}

export function badRequest(message: string, param: string | null = null): EngineError {
  return { message, type: 'BadRequestError', param, code: 400 };
}

/** A field to blame, as vLLM's `VLLMValidationError` has it in the message as well; `value` as Python prints it. */
export function badField(message: string, param: string, value?: string): EngineError {
  const details = value === undefined ? `parameter=${param}` : `parameter=${param}, value=${value}`;
  return badRequest(`${message} (${details})`, param);
}

/** The same of a whole number, or of a list of them. */
export function badNumber(message: string, param: string, value: unknown): EngineError {
  return badField(message, param, reprOf(value));
}

/** No model of that name. */
export function noSuchModel(name: string, served: string): EngineError {
  const message = `The model \`${name}\` does not exist. Valid aliases: ${served}.`;
  return { message, type: 'NotFoundError', param: 'model', code: 404 };
}

export function serverError(message: string, code: number): EngineError {
  return { message, type: 'InternalServerError', param: null, code };
}

/** The response body, and the data of an error event inside a stream. */
export function errorJson(error: EngineError): string {
  return JSON.stringify({ error });
}
