import { z } from 'zod';

/**
 * The fields of a Kubernetes Job that the shipped one uses, as the API reference has them (batch/v1 Job, core/v1
 * PodSpec, Container, Volume of Kubernetes 1.31): a name that is misspelled, or stands elsewhere, is refused.
 */
const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi)?$/);
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const id = z.number().int().min(0);

const variable = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
    // A number without quotes is refused by the API.
    value: z.string().optional(),
    valueFrom: z
      .strictObject({
        secretKeyRef: z.strictObject({ name, key: z.string(), optional: z.boolean().optional() }),
      })
      .optional(),
  })
  .refine((one) => (one.value === undefined) !== (one.valueFrom === undefined));

const container = z.strictObject({
  name,
  image: z.string().min(1),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(variable).optional(),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  resources: z.strictObject({
    requests: z.record(z.enum(['cpu', 'memory']), quantity),
    limits: z.partialRecord(z.enum(['cpu', 'memory']), quantity),
  }),
  volumeMounts: z.array(
    z.strictObject({
      name,
      mountPath: z.string().startsWith('/'),
      readOnly: z.boolean().optional(),
    }),
  ),
});

const volume = z.union([
  z.strictObject({ name, configMap: z.strictObject({ name }) }),
  z.strictObject({ name, persistentVolumeClaim: z.strictObject({ claimName: name }) }),
  z.strictObject({ name, emptyDir: z.strictObject({}) }),
]);

export const kubernetesJob = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    completionMode: z.enum(['NonIndexed', 'Indexed']),
    completions: z.number().int().min(1),
    parallelism: z.number().int().min(1),
    backoffLimit: z.number().int().min(0),
    template: z.strictObject({
      spec: z.strictObject({
        restartPolicy: z.enum(['Never', 'OnFailure']),
        terminationGracePeriodSeconds: z.number().int().min(0),
        topologySpreadConstraints: z.array(
          z.strictObject({
            maxSkew: z.number().int().min(1),
            topologyKey: z.string(),
            whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
            labelSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
          }),
        ),
        securityContext: z.strictObject({
          runAsNonRoot: z.boolean(),
          runAsUser: id,
          runAsGroup: id,
          fsGroup: id,
          seccompProfile: z.strictObject({ type: z.enum(['RuntimeDefault', 'Unconfined']) }),
        }),
        containers: z.array(container).min(1),
        volumes: z.array(volume),
      }),
    }),
  }),
});
