import { counted } from '../base/counted.ts';
import { type Field, field, type Section } from '../report/section.ts';
import {
  type Certificate,
  type CertifiedProbe,
  deviationTexts,
  probesDigest,
  serverName,
} from './certificate.ts';
import { PROBES } from './probes.ts';
import type { Subject } from './subject.ts';

/** What was found: the server, and a line for every probe, with what deviates and why it is silent below it. */
export function certificateSections(certificate: Certificate): Section[] {
  const { server, probes, counts, date, probesDigest } = certificate;
  const { passed, deviating, silent } = counts;
  const said = `${passed} passed, ${deviating} deviating, ${silent} silent`;
  return [
    {
      ...(deviating > 0 && { isWarning: true as const }),
      title: `Conformance of ${serverName(server)}: ${said}`,
      fields: [
        field('model', server.model || 'not told'),
        field('block', blockText(server)),
        field('cache', cacheText(server)),
        field('made', `${date} by ${certificate.madeBy}, probes ${probesDigest.slice(0, 12)}`),
      ],
    },
    { title: 'Probes', fields: probes.map(probeField) },
  ];
}

const VERDICT_WIDTH = 'deviating'.length + 1;

function probeField(probe: CertifiedProbe): Field {
  const { id, title, verdict } = probe;
  const more = verdict === 'silent' ? [probe.reason] : deviationTexts(probe);
  return field(id, `${verdict.padEnd(VERDICT_WIDTH)}${title}`, ...more.map((line) => `- ${line}`));
}

/** All probes: what they send and what they expect. */
export function probeSections(): Section[] {
  return [
    {
      title: `${counted(Object.keys(PROBES).length, 'probe')}, digest ${probesDigest().slice(0, 12)}`,
      fields: Object.entries(PROBES).map(
        ([id, { title, sends, expects, restsOn = [], disturbs }]) =>
          field(
            id,
            title,
            `sends: ${sends}`,
            `expects: ${expects}`,
            ...(restsOn.length ? [`rests on ${restsOn.join(', ')}`] : []),
            ...(disturbs ? ['fills or empties the cache, or needs to be alone'] : []),
          ),
      ),
      notes: [
        'B: tokens of a block. U: whole blocks, of at least 16 tokens together. h: half a block. C: blocks of the cache that requests can use. A fresh prompt begins with a token that no other began with.',
      ],
    },
  ];
}

const FROM = {
  flag: 'as --block-tokens says',
  metrics: 'by its metrics',
  probing: 'found by probing',
} as const;

function blockText({ blockTokens, blockTokensFrom }: Subject): string {
  if (blockTokens === undefined) return 'unknown: nothing was found again, or it is not told';
  return `${counted(blockTokens, 'token')}, ${FROM[blockTokensFrom!]}`;
}

function cacheText({ blocks, blockTokens, maxModelTokens }: Subject): string {
  const size =
    blocks === undefined
      ? 'size not told'
      : `${counted(blocks, 'block')}${blockTokens === undefined ? '' : `, ${blocks * blockTokens} tokens`}`;
  const longest = maxModelTokens === undefined ? '' : `; sequences of at most ${maxModelTokens}`;
  return size + longest;
}
