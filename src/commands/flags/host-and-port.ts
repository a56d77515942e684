import type { Flag } from './flag-table.ts';
import { integer } from './options.ts';

/** Where requests go, as scripts say it that know a host and a port. */
export function hostAndPort(port: number): readonly Flag[] {
  return [
    {
      flags: '--url, --base-url <url>',
      says: "base URL in place of host and port; 'embedded' starts an engine; OPENAI_BASE_URL comes before their defaults",
    },
    { flags: '--host <name>', says: 'of the server', default: 'localhost' },
    { flags: '--port <n>', says: 'of the server', parse: integer(1, 65_535), default: port },
  ];
}
