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

/** As vLLM's web framework says it: the type is the status in words. */
export function noSuchPath(path: string): EngineError {
  return { message: `There is no ${path} here.`, type: 'Not Found', param: null, code: 404 };
}

export function methodNotAllowed(method: string, path: string): EngineError {
  const message = `${path} does not take ${method}.`;
  return { message, type: 'Method Not Allowed', param: null, code: 405 };
}

export function serverError(message: string, code: number): EngineError {
  return { message, type: 'InternalServerError', param: null, code };
}

/** The response body, and the data of an error event inside a stream. */
export function errorJson(error: EngineError): string {
  return JSON.stringify({ error });
}
