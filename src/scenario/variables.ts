import { isMap, isScalar, Pair, parse, parseDocument, type Scalar, visit } from 'yaml';
import { UsageError } from '../base/errors.ts';
import { isSecretField, redacted, redactedHeaders } from '../base/secret.ts';
import { allFields, documentOf } from './fields.ts';
import { scenarioSchema } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `${NAME}`, or `$${` for the characters themselves. */
const REFERENCE = /\$(\$?)\{([^}\n]*)\}/g;
const NAMED = /^([A-Za-z_]\w*)(?::-(.*))?$/s;
/** Stands for a reference while YAML is read, which means something by braces: private characters around its index. */
const HOLE = /\ue000(\d+)\ue001/g;

interface Reference {
  /** As it is written. */
  readonly text: string;
  readonly line: number;
  /** The dollar is doubled: no reference is meant. */
  readonly isEscaped: boolean;
  readonly inner: string;
}

/**
 * The value of a YAML text in which `${NAME}` stands for a variable of the environment and `${NAME:-text}` has a
 * default. What a reference makes of a number's field is a number, of a text's a text. In comments it means nothing.
 * @throws UsageError for every variable that is not set, with line and field; the parser's own errors.
 */
export function parsedWithVariables(text: string, env: Environment, file: string): unknown {
  if (!text.includes('${')) return parse(text);
  const references: Reference[] = [];
  const holed = text.replace(REFERENCE, (whole, dollar: string, inner: string, at: number) => {
    const line = text.slice(0, at).split('\n').length;
    references.push({ text: whole, line, isEscaped: dollar !== '', inner });
    return `\ue000${references.length - 1}\ue001`;
  });
  const document = parseDocument(holed);
  if (document.errors.length) throw document.errors[0];
  const problems: string[] = [];
  const isText = textFields();
  visit(document, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string' || node.value.search(HOLE) < 0) return;
      const path = pathOf(ancestors);
      const field = key === 'key' ? '' : path.join('.');
      const filled = node.value.replace(HOLE, (_, index) => {
        const reference = references[Number(index)]!;
        const found = valueOfReference(reference, env);
        const problem = found.problem ?? leakOf(reference, path, found.value);
        if (problem)
          problems.push(`line ${reference.line}: ${field ? `${field}: ` : ''}${problem}`);
        return found.value;
      });
      node.value = key === 'key' ? filled : typed(filled, node, isText(field));
    },
  });
  if (problems.length) throw new UsageError(problems, file);
  return document.toJS();
}

function valueOfReference(
  { text, isEscaped, inner }: Reference,
  env: Environment,
): { value: string; problem?: string } {
  if (isEscaped) return { value: text.slice(1) };
  const [, name, standard] = NAMED.exec(inner) ?? [];
  if (name === undefined) {
    const problem = `found ${text}; expected \${NAME} or \${NAME:-default}, or $${text} for the characters themselves`;
    return { value: '', problem };
  }
  const set = env[name];
  // As in a shell: with a default, an empty one is none.
  if (standard !== undefined) return { value: set || standard };
  if (set !== undefined) return { value: set };
  return {
    value: '',
    problem: `${text} is not set in the environment; set ${name}, or give a default: \${${name}:-…}`,
  };
}

/** A secret may only go where it is known for one: everything else is written into the journal. */
function leakOf({ isEscaped, inner, text }: Reference, path: readonly string[], value: string) {
  const [, name = ''] = NAMED.exec(inner) ?? [];
  if (isEscaped || value === '' || !isSecretField(name)) return undefined;
  const last = path.at(-1) ?? '';
  const isHeader = path[0] === 'target' && path[1] === 'headers';
  const isBody = path[0] === 'target' && path[1] === 'body';
  const isHidden =
    (isHeader && redactedHeaders({ [last]: value })[last] !== value) ||
    (isBody && redacted({ [last]: value }) !== value && isSecretField(last));
  if (isHidden) return undefined;
  return `${text} is called like a secret, and this field is written to the run folder; expected it in a header or body field that is called like one, or the key in target.apiKeyEnv or target.apiKeyFile`;
}

/** Whether a field takes nothing but texts. */
function textFields(): (field: string) => boolean | undefined {
  const fields = allFields(documentOf(scenarioSchema));
  return (field) => (field.startsWith('target.headers.') ? true : fields.get(field)?.isText);
}

/** Of a text's field the text; of any other what YAML makes of it, though not where quotes are all that is known. */
function typed(text: string, node: Scalar, isText: boolean | undefined): unknown {
  if (isText || (isText === undefined && node.type !== 'PLAIN')) return text;
  try {
    return parse(text) ?? text;
  } catch {
    return text;
  }
}

/** Names of the fields that lead to a node. */
function pathOf(ancestors: readonly unknown[]): string[] {
  return ancestors.flatMap((node, index) => {
    if (node instanceof Pair && isMap(ancestors[index - 1])) {
      return [String(isScalar(node.key) ? node.key.value : node.key)];
    }
    return [];
  });
}
