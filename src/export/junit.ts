import type { RunSummary } from '../report/run-summary.ts';
import { type ThresholdVerdict, verdictText } from '../report/thresholds.ts';

/**
 * The run as a test suite, for any CI: a case for each threshold, and before them one that fails if no request was
 * completed, or if the run was broken off, as nothing else says so where there is no threshold.
 */
export function junitXml(summary: RunSummary): string {
  const { run, time, thresholds } = summary;
  const classname = `confab.${run.name}`;
  const cases = [
    runCase(summary, classname),
    ...thresholds.map((verdict) => thresholdCase(verdict, classname)),
  ];
  const seconds = (time.measuredMs / 1000).toFixed(3);
  const count = (kind: Outcome['kind']) => cases.filter(({ outcome }) => outcome?.kind === kind);
  const totals = {
    tests: cases.length,
    failures: count('failure').length,
    errors: count('error').length,
    time: seconds,
  };
  const startedAt = time.parts[0]?.startedAt;
  const suite = {
    name: run.name,
    ...totals,
    skipped: 0,
    // Without a zone, as the schemas of JUnit's readers want it.
    ...(startedAt !== undefined && { timestamp: startedAt.slice(0, 19) }),
    ...(run.host && { hostname: run.host.name }),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'confab', ...totals })}>`,
    `  <testsuite${attributes(suite)}>`,
    ...propertiesOf(summary),
    ...cases.flatMap(caseLines),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

interface Outcome {
  readonly kind: 'failure' | 'error';
  readonly message: string;
}

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly outcome: Outcome | undefined;
}

function propertiesOf({ run }: RunSummary): string[] {
  const known = {
    engine: run.engine,
    model: run.model,
    seed: run.seed,
    workload: run.workloadDigest,
    confab: run.confab,
    'command line': run.commandLine,
  };
  const lines = Object.entries(known).flatMap(([name, value]) =>
    value === undefined ? [] : [`      <property${attributes({ name, value })}/>`],
  );
  return ['    <properties>', ...lines, '    </properties>'];
}

/** What the exit code says beside the thresholds. */
function runCase({ counts, time }: RunSummary, classname: string): Case {
  const stoppedBy = time.parts.at(-1)?.stoppedBy;
  const brokenOff: Partial<Record<NonNullable<typeof stoppedBy>, string>> = {
    interrupt: 'interrupted before its end',
    lost: 'not played to its end: a process was lost',
    unreachable: 'broken off: the engine could not be reached any more',
    unwritable: 'broken off: the journal could not be written any more',
  };
  const why = stoppedBy === undefined ? 'did not end in order' : brokenOff[stoppedBy];
  const none = `none of ${counts.planned} planned requests was completed`;
  const outcome: Outcome | undefined = why
    ? { kind: 'error', message: why }
    : counts.completed === 0
      ? { kind: 'failure', message: none }
      : undefined;
  return { name: 'the run ends in order, with completed requests', classname, outcome };
}

function thresholdCase(verdict: ThresholdVerdict, classname: string): Case {
  const { name, min, max, isKept } = verdict;
  const least = min === undefined ? [] : [`${name} >= ${min}`];
  const most = max === undefined ? [] : [`${name} <= ${max}`];
  return {
    name: [...least, ...most].join(' and '),
    classname,
    outcome: isKept ? undefined : { kind: 'failure', message: verdictText(verdict) },
  };
}

function caseLines({ name, classname, outcome }: Case): string[] {
  const opening = `    <testcase${attributes({ name, classname, time: '0.000' })}`;
  if (!outcome) return [`${opening}/>`];
  const { kind, message } = outcome;
  return [
    `${opening}>`,
    `      <${kind}${attributes({ message, type: kind })}>${escaped(message)}</${kind}>`,
    '    </testcase>',
  ];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** XML has no way at all to write most control characters. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll(/[&<>"\n\r\t]/g, (character) => ENTITIES[character]!);
}
