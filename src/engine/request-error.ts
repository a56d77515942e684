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

export function notFound(message: string, param: string | null = null): EngineError {
  return { message, type: 'NotFoundError', param, code: 404 };
}

export function serverError(message: string, code: number): EngineError {
  return { message, type: 'InternalServerError', param: null, code };
}

/** The response body, and the data of an error event inside a stream. */
export function errorJson(error: EngineError): string {
  return JSON.stringify({ error });
}
