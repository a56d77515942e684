import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { confab, confabProcess } from '../support/confab.ts';
import { ROOT } from '../support/folders.ts';
import { kubernetesJob } from '../support/kubernetes-job.ts';

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The scenario that a launched process would play. */
async function printed(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await confab([...args, '--print-scenario'], { cwd: ROOT, env });
  expect(code, stderr).toBe(0);
  return parse(stdout);
}

test('a Node that is too old is told so in one line, before anything else is loaded', async () => {
  const older = `Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } })`;
  const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(older)}`];
  expect(await confabProcess(['run', 'nothing.yaml'], { nodeFlags })).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'error: confab needs Node.js 20.18.1 or newer; found 18.20.8\n',
  });
});

describe('the Kubernetes Job', () => {
  const job = parse(textOf('configs/launch/kubernetes-job.yaml'));
  const { spec } = job;
  const { containers, volumes, securityContext } = spec.template.spec;
  const [{ args, env, volumeMounts, securityContext: rights }] = containers;

  test('has the fields of the API, and no others', () => {
    expect(kubernetesJob.safeParse(job).error).toBeUndefined();
    const misspelled = { ...job, spec: { ...spec, completionmode: 'Indexed' } };
    expect(kubernetesJob.safeParse(misspelled).success).toBe(false);
    const unquoted = structuredClone(job);
    unquoted.spec.template.spec.containers[0].env[0].value = 4;
    expect(kubernetesJob.safeParse(unquoted).success).toBe(false);
  });

  test('has a pod for every partition, which meet on the volume that all write', async () => {
    expect(spec).toMatchObject({ completionMode: 'Indexed', parallelism: spec.completions });
    const set = env.flatMap(({ name, value }: { name: string; value?: string }) =>
      value === undefined ? [] : [[name, value]],
    );
    for (const index of [0, spec.completions - 1]) {
      const own = args.map((one: string) =>
        one.replace('/scenario/scenario.yaml', 'configs/multi-round-qa.yaml'),
      );
      const told = { ...Object.fromEntries(set), JOB_COMPLETION_INDEX: `${index}` };
      const { population } = await printed(own, told);
      expect(population.partition).toEqual({ index, of: spec.completions });
    }
    const shared: string = args[args.indexOf('--rendezvous') + 1];
    const mount = volumeMounts.find((one: { mountPath: string }) =>
      shared.startsWith(`${one.mountPath}/`),
    );
    const { name } = volumes.find((one: object) => 'persistentVolumeClaim' in one);
    expect(mount).toMatchObject({ name });
  });

  test('is nobody in particular on a root that is read-only, but for its volumes', () => {
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(rights).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    const names = volumeMounts.map(({ name }: { name: string }) => name);
    expect(volumes.map(({ name }: { name: string }) => name)).toEqual(names);
  });
});

test('what the Slurm script gives to srun is a rank of a run', async () => {
  const [, line] = /^ +confab (run .*)$/m.exec(textOf('configs/launch/slurm.sh')) ?? [];
  const args = line!.replace('"$@"', 'configs/demo.yaml').replace('"$runs"', 'runs/slurm-7');
  const step = { SLURM_PROCID: '3', SLURM_STEP_NUM_TASKS: '4' };
  const { population } = await printed(args.split(' '), step);
  expect(population.partition).toEqual({ index: 3, of: 4 });
});

describe('the image', () => {
  const text = textOf('Dockerfile');

  test('has the Node that the continuous integration plays tests on, and a user who is not root', () => {
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    const [, node] = /^bash \.ci\/nodes (\d+)/m.exec(textOf('.ci/run')) ?? [];
    expect(new Set(bases)).toEqual(new Set([`node:${node}-slim`]));
    expect(text).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  });

  test('is made of all that the package and its build consist of, and of nothing else', () => {
    const { files } = JSON.parse(textOf('package.json')) as { files: string[] };
    const needed = [
      ...files.filter((name) => !/^!|^dist$/.test(name)).map((name) => name.split('/')[0]!),
      ...['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'LICENSE', 'src'],
    ];
    const letIn = textOf('.dockerignore').match(/(?<=^!).+$/gm) ?? [];
    expect([...letIn].sort()).toEqual([...new Set(needed)].sort());
    for (const name of letIn) expect(existsSync(join(ROOT, name))).toBe(true);
  });
});
