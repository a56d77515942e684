import { parseAst } from 'vitest/node';

/** One change of one place of a source file: what stands from `start` to `end` is replaced. */
export interface Mutant {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
  readonly isStatement: boolean;
}

/** What the parser gives (ESTree, with TypeScript's own nodes), as far as it is looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Other operators for an operator: the bounds of a comparison move, or it turns round. */
const OPERATORS: Record<string, readonly string[]> = {
  '<': ['<=', '>'],
  '<=': ['<', '>='],
  '>': ['>=', '<'],
  '>=': ['>', '<='],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '++': ['--'],
  '--': ['++'],
};

/** Other functions for a function. */
const CALLS = new Map([
  ['Math.max', 'Math.min'],
  ['Math.min', 'Math.max'],
  ['Math.floor', 'Math.ceil'],
  ['Math.ceil', 'Math.floor'],
  ['some', 'every'],
  ['every', 'some'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
]);

/** What replaces an expression, by the kind of its node. */
const EXPRESSIONS: Record<string, (node: Node, text: Text) => readonly string[]> = {
  BinaryExpression: byOperator,
  LogicalExpression: (node, text) =>
    node['operator'] === '??' ? [text(node['right'])] : byOperator(node, text),
  AssignmentExpression: byOperator,
  UpdateExpression: (node, text) =>
    (OPERATORS[String(node['operator'])] ?? []).map((operator) =>
      node['prefix'] ? operator + text(node['argument']) : text(node['argument']) + operator,
    ),
  UnaryExpression: (node, text) =>
    node['operator'] === '!' || node['operator'] === '-' ? [text(node['argument'])] : [],
  CallExpression: byFunction,
  Literal: (node, text) => otherConstant(node['value'], text(node)),
};

/** Statements that can go without leaving a hole in the syntax. */
function isRemovable(node: Node): boolean {
  if (node.type === 'ExpressionStatement') {
    const { type, callee } = node['expression'] as Node;
    return type !== 'Literal' && (callee as Node | undefined)?.type !== 'Super';
  }
  if (node.type === 'ReturnStatement') return node['argument'] === null;
  return ['ThrowStatement', 'ContinueStatement', 'BreakStatement'].includes(node.type);
}

type Text = (node: unknown) => string;

function byOperator(node: Node, text: Text): readonly string[] {
  const { left, right } = node as unknown as { left: Node; right: Node };
  const operator = String(node['operator']);
  if (operator === '+' && [left, right].some(isText)) return [];
  const whole = text(node);
  const [leftEnd, rightStart] = [left.end - node.start, right.start - node.start];
  const between = whole.slice(leftEnd, rightStart);
  return (OPERATORS[operator] ?? []).map(
    (other) =>
      whole.slice(0, leftEnd) + between.replace(operator, () => other) + whole.slice(rightStart),
  );
}

function isText(node: Node): boolean {
  if (node.type === 'BinaryExpression') {
    return isText(node['left'] as Node) || isText(node['right'] as Node);
  }
  return node.type === 'TemplateLiteral' || typeof node['value'] === 'string';
}

function byFunction(node: Node, text: Text): readonly string[] {
  const callee = node['callee'] as Node;
  if (callee.type !== 'MemberExpression' || callee['computed']) return [];
  const [whole, name] = [text(callee), text(callee['property'])];
  const method = CALLS.get(name);
  const other = CALLS.get(whole) ?? (method && whole.slice(0, -name.length) + method);
  return other === undefined ? [] : [other + text(node).slice(callee.end - node.start)];
}

/** Sentences are wording, which goldens judge: of strings, only words are changed. */
function otherConstant(value: unknown, text: string): readonly string[] {
  if (typeof value === 'boolean') return [String(!value)];
  if (typeof value === 'number') return [`(${text} + 1)`];
  if (typeof value === 'string' && /^[\w./:-]+$/.test(value)) return ["''"];
  return [];
}

/** What a type is written in, and names: nothing there is computed. */
const WITHOUT_VALUES = ['ImportDeclaration', 'ExportAllDeclaration'];
const TRANSPARENT = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'];
const BRANCHES = ['IfStatement', 'ConditionalExpression'];
const TYPES = ['typeAnnotation', 'typeArguments', 'typeParameters', 'returnType', 'implements'];

/** All mutants of a module, in the order of the text; those of one node follow each other. */
export function mutantsOf(source: string): Mutant[] {
  const found: Mutant[] = [];
  const text: Text = (node) => source.slice((node as Node).start, (node as Node).end);
  const lineAt = (at: number): number => source.slice(0, at).split('\n').length;
  const add = (node: Node, replacement: string, isStatement = false): void => {
    const { start, end } = node;
    const original = text(node);
    found.push({ start, end, line: lineAt(start), original, replacement, isStatement });
  };
  const visit = (node: Node, isInChain: boolean, isTest: boolean): void => {
    if (WITHOUT_VALUES.includes(node.type)) return;
    if (node.type.startsWith('TS') && !TRANSPARENT.includes(node.type)) return;
    if (isRemovable(node)) add(node, ';', true);
    const isPartOfChain = isInChain && /^(Call|Member)Expression$/.test(node.type);
    if (!isPartOfChain) {
      const others = EXPRESSIONS[node.type]?.(node, text) ?? [];
      // Who notices that a test turns round has noticed that it is always true, or always false.
      const isKnown = isTest && node.type === 'BinaryExpression';
      for (const other of isKnown ? others.slice(0, -1) : others) add(node, other);
    }
    const isChain = node.type === 'ChainExpression' || isPartOfChain;
    for (const child of childrenOf(node)) {
      const isTest = BRANCHES.includes(node.type) && child === node['test'];
      for (const constant of isTest ? ['true', 'false'] : []) add(child, constant);
      visit(child, isChain, isTest);
    }
  };
  visit(parseAst(source, { lang: 'ts' }) as unknown as Node, false, false);
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}

function childrenOf(node: Node): Node[] {
  const isName = (field: string): boolean =>
    (field === 'key' || field === 'property' || field === 'id') && !node['computed'];
  return Object.entries(node)
    .filter(([field]) => !TYPES.includes(field) && !isName(field))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter((value) => typeof value?.type === 'string');
}

/** The name of the function, in the worker, that says whether a mutant is on. */
export const SWITCH = '__isMutant';

/**
 * The module with all of its mutants in it, each behind a switch: an expression becomes
 * `(is(7) ? mutated : original)`, a statement `if (!is(7)) …`. So every mutant is the same module, transformed once.
 */
export function withSwitches(source: string, mutants: readonly Mutant[], firstId: number): string {
  const opening = new Map<number, string>();
  const closing = new Map<number, string>();
  const add = (start: number, before: string, end: number, after: string): void => {
    opening.set(start, (opening.get(start) ?? '') + before);
    closing.set(end, after + (closing.get(end) ?? ''));
  };
  // From the outside in, as they are sorted. Those of one expression are one inside the other: only one is on.
  mutants.forEach(({ start, end, isStatement, replacement }, i) => {
    const isOn = `${SWITCH}(${firstId + i})`;
    if (isStatement) add(start, `{ if (!${isOn}) { `, end, ' } }');
    else add(start, `(${isOn} ? (${replacement}) : (`, end, '))');
  });
  const places = [...new Set([0, ...opening.keys(), ...closing.keys(), source.length])];
  places.sort((a, b) => a - b);
  return places
    .map(
      (at, i) =>
        (closing.get(at) ?? '') + (opening.get(at) ?? '') + source.slice(at, places[i + 1]),
    )
    .join('');
}
