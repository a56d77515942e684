import { UsageError } from '../base/errors.ts';
import type { RunReference } from './run-references.ts';

/** Values of a header that is not a request's own: a few, each of many requests. */
const REPLICAS_MAX = 256;

/**
 * Which replica served a request, where a header that was kept (`output.keepHeaders`) tells it; undefined if none was
 * asked for.
 * @throws UsageError if no response had that header, or each another value.
 */
export function replicasOf(
  references: readonly RunReference[],
  header: string | undefined,
): ((reference: RunReference) => string | undefined) | undefined {
  if (header === undefined) return undefined;
  const of = ({ record }: RunReference) => record.responseHeaders?.[header];
  const values = new Set(references.map(of));
  values.delete(undefined);
  if (values.size === 0) {
    throw new UsageError(
      `--replica-header: found no response with the header '${header}'; expected one that output.keepHeaders names`,
    );
  }
  if (values.size > REPLICAS_MAX) {
    throw new UsageError(
      `--replica-header: found ${values.size} values of '${header}'; expected one that names a replica, of at most ${REPLICAS_MAX}`,
    );
  }
  return of;
}
