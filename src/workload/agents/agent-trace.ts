import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJson, shown } from '../../base/json.ts';
import { elsewhere } from '../../base/known-formats.ts';
import { LARGE_BYTES, readText } from '../../base/read-text.ts';

/** What an agent is shown of an earlier request: its prompt, its answer, or first one and then the other. */
export interface InputFrom {
  /** 0-based round of the trace. */
  readonly round: number;
  readonly agent: number;
  readonly part: Part;
}

export type Part = 'input' | 'output' | 'both';

/** One request of a round. */
export interface TraceRequest {
  readonly agent: number;
  /** Most tokens of the answer. */
  readonly outputTokens: number;
  /** In the order in which they are put before the agent's own prompt. */
  readonly inputFrom: readonly InputFrom[];
}

/** The work of one user's agents, round by round. All agents of a round are asked at once. */
export interface AgentTrace {
  readonly file: string;
  readonly rounds: readonly (readonly TraceRequest[])[];
}

/**
 * Reads a trace of LMBenchmark's agentic-qa.py: JSON lines, one a round, of `round_id`, and as many
 * `agent_id`, `output_tokens` and `input_from` as agents, `input_from` a list of [round, agent, "input",
 * "output" or "both"] for each. Rounds count from 0 in order of the lines, and `round_id` must agree.
 * @throws UsageError naming file, line and field of everything that is wrong: upstream leaves out lines
 * that are not JSON, and sends nothing for what is not there.
 */
export function readAgentTrace(file: string): AgentTrace {
  const problems: string[] = [];
  const rounds: TraceRequest[][] = [];
  const text = readText(file, { what: 'agent trace', maxBytes: LARGE_BYTES });
  const other = elsewhere(parsedJson(text.trimStart().split('\n', 1)[0]!), 'agents');
  if (other) throw new UsageError(`${file}: line 1: found no round; ${other}`);
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.trim()) continue;
    const before = problems.length;
    const round = roundOf(line, rounds, (problem) =>
      problems.push(`line ${index + 1}: ${problem}`),
    );
    // Rounds are counted on behind a bad one, so that what refers to them is not wrong as well.
    rounds.push(problems.length > before ? round.filter(({ agent }) => isCount(agent)) : round);
  }
  if (!rounds.length) problems.push('found no round; expected one JSON object a line');
  if (problems.length) throw new UsageError(problems, file);
  return { file, rounds };
}

type Tell = (problem: string) => void;
type Rounds = readonly (readonly TraceRequest[])[];

function roundOf(line: string, before: Rounds, tell: Tell): TraceRequest[] {
  const value = parsedJson(line);
  if (!isObject(value)) {
    tell(value === undefined ? notJson(line) : `found ${shown(line)}; expected a JSON object`);
    return [];
  }
  const { round_id: id, agent_id, output_tokens, input_from } = value;
  if (id !== before.length) {
    tell(`round_id: ${found(id)}; expected ${before.length}: rounds count from 0`);
  }
  const agents = listOf('agent_id', agent_id, undefined, tell);
  if (!agents) return [];
  const outputs = listOf('output_tokens', output_tokens, agents.length, tell) ?? [];
  const inputs = listOf('input_from', input_from, agents.length, tell) ?? [];
  const seen = new Set<unknown>();
  return agents.map((agent, place) => {
    if (!isCount(agent)) {
      tell(`agent_id[${place}]: ${found(agent)}; expected a whole number from 0`);
    } else if (seen.has(agent)) {
      tell(`agent_id[${place}]: found ${agent} again; expected an agent once a round`);
    }
    seen.add(agent);
    const tokens = outputs[place];
    if (place in outputs && !(isCount(tokens) && tokens > 0)) {
      tell(`output_tokens[${place}]: ${found(tokens)}; expected a whole number from 1`);
    }
    const field = `input_from[${place}]`;
    const from = place in inputs ? listOf(field, inputs[place], undefined, tell, true) : undefined;
    return {
      agent: agent as number,
      outputTokens: tokens as number,
      inputFrom: (from ?? []).flatMap((one, i) => inputOf(one, before, `${field}[${i}]`, tell)),
    };
  });
}

function inputOf(value: unknown, before: Rounds, field: string, tell: Tell): InputFrom[] {
  const [round, agent, part] = Array.isArray(value) && value.length === 3 ? value : [];
  if (!isCount(round) || !isCount(agent) || !isPart(part)) {
    tell(`${field}: ${found(value)}; expected [round, agent, "input", "output" or "both"]`);
  } else if (round >= before.length) {
    tell(`${field}: found round ${round}; expected one before this round, ${before.length}`);
  } else if (!before[round]!.some((request) => request.agent === agent)) {
    const there = before[round]!.map((request) => request.agent).join(', ');
    tell(`${field}: found agent ${agent}; expected one of round ${round}: ${there || 'none'}`);
  } else return [{ round, agent, part }];
  return [];
}

function listOf(
  field: string,
  value: unknown,
  length: number | undefined,
  tell: Tell,
  mayBeEmpty = false,
): unknown[] | undefined {
  if (!Array.isArray(value) || (!value.length && !mayBeEmpty)) {
    tell(`${field}: ${found(value)}; expected a list`);
    return undefined;
  }
  if (length === undefined || value.length === length) return value;
  tell(`${field}: found ${value.length} elements; expected ${length}, one for each agent_id`);
  return undefined;
}

function isPart(value: unknown): value is Part {
  return value === 'input' || value === 'output' || value === 'both';
}
