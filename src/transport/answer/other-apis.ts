import { type Json, object, text } from '../json.ts';

/**
 * Servers that answer in the form of another API than they were asked: as an OpenAI chunk, or undefined.
 * The first whose form it is counts.
 */
export function asOpenAiChunk(body: Json): Json | undefined {
  for (const api of OTHER_APIS) {
    const chunk = api(body);
    if (chunk) return chunk;
  }
  return undefined;
}

const OTHER_APIS: readonly ((body: Json) => Json | undefined)[] = [
  anthropic,
  openAiResponses,
  ollama,
  llamaCpp,
  gemini,
  dashScope,
];

function chunk(delta: unknown, finishReason?: unknown, rest: Json = {}): Json {
  return { choices: [{ delta, finish_reason: finishReason }], ...rest };
}

/** Messages: `content_block_delta` and its like. */
function anthropic(body: Json): Json | undefined {
  const { index } = body;
  const message = object(body['message']);
  const delta = object(body['delta']);
  switch (body['type']) {
    case 'message_start':
      return { choices: [], id: message['id'], usage: message['usage'] };
    case 'content_block_start': {
      const block = object(body['content_block']);
      if (block['type'] !== 'tool_use') return chunk({ content: [block] });
      const { id, name } = block;
      return chunk({ tool_calls: [{ index, id, type: 'function', function: { name } }] });
    }
    case 'content_block_delta':
      if (typeof delta['partial_json'] === 'string') {
        return chunk({
          tool_calls: [{ index, function: { arguments: delta['partial_json'] } }],
        });
      }
      return chunk({ content: [delta] });
    case 'message_delta':
      return chunk({}, delta['stop_reason'], { usage: body['usage'] });
    case 'message':
      return chunk({ content: body['content'] }, body['stop_reason'], {
        id: body['id'],
        usage: body['usage'],
      });
    default:
      return undefined;
  }
}

/** Responses: `response.output_text.delta` and its like. */
function openAiResponses(body: Json): Json | undefined {
  const type = text(body['type']);
  if (!type.startsWith('response.')) return undefined;
  const { delta } = body;
  if (type.endsWith('_text.delta') || type === 'response.refusal.delta') {
    return chunk(type.includes('reasoning') ? { reasoning: delta } : { content: delta });
  }
  if (type === 'response.function_call_arguments.delta') {
    const index = body['output_index'];
    return chunk({ tool_calls: [{ index, function: { arguments: delta } }] });
  }
  const response = object(body['response']);
  const { id, usage, status } = response;
  const isOver = type === 'response.completed' || type === 'response.incomplete';
  if (!isOver) return undefined;
  const why = object(response['incomplete_details'])['reason'];
  return chunk({}, why ?? status ?? 'completed', { id, usage });
}

/** /api/chat and /api/generate. */
function ollama(body: Json): Json | undefined {
  const { done, message, response, done_reason } = body;
  if (typeof done !== 'boolean') return undefined;
  const said = typeof response === 'string' ? { content: response } : message;
  const { prompt_eval_count, eval_count } = body;
  return chunk(
    said ?? {},
    done ? (done_reason ?? 'stop') : null,
    done ? { usage: { prompt_eval_count, eval_count } } : {},
  );
}

/** /completion of llama-server. */
function llamaCpp(body: Json): Json | undefined {
  const { content, stop } = body;
  if (typeof stop !== 'boolean' || typeof content !== 'string') return undefined;
  const { tokens_evaluated: prompt_tokens, tokens_predicted: completion_tokens } = body;
  if (!stop) return chunk({ content });
  const { stop_type, stopped_limit } = body;
  const reason = stop_type ?? (stopped_limit === true ? 'length' : 'stop');
  return chunk({ content }, reason === 'limit' ? 'length' : reason, {
    usage: { prompt_tokens, completion_tokens },
  });
}

/** generateContent of Gemini. */
function gemini(body: Json): Json | undefined {
  const { candidates } = body;
  if (!Array.isArray(candidates)) return undefined;
  const counts = object(body['usageMetadata']);
  const thoughts = counts['thoughtsTokenCount'];
  const answered = counts['candidatesTokenCount'];
  const usage = {
    prompt_tokens: counts['promptTokenCount'],
    completion_tokens:
      typeof answered === 'number' && typeof thoughts === 'number' ? answered + thoughts : answered,
    reasoning_tokens: thoughts,
    cached_tokens: counts['cachedContentTokenCount'],
  };
  return {
    id: body['responseId'],
    choices: candidates.map((candidate) => {
      const { content, finishReason } = object(candidate);
      return { delta: { content: [content] }, finish_reason: finishReason };
    }),
    ...('usageMetadata' in body && { usage }),
  };
}

/** DashScope's own form, which has all below `output`. */
function dashScope(body: Json): Json | undefined {
  const { output, usage, request_id: id } = body;
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return undefined;
  const { choices, text: content, finish_reason } = output as Json;
  const reason = finish_reason === 'null' ? null : finish_reason;
  if (Array.isArray(choices)) return { id, choices, usage };
  return typeof content === 'string' ? chunk({ content }, reason, { id, usage }) : undefined;
}
