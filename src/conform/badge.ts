import type { Certificate } from './certificate.ts';

const LABEL = 'prefix cache';
const COLORS = { brightgreen: '#4c1', orange: '#fe7d37', lightgrey: '#9f9f9f' } as const;

interface Badge {
  readonly message: string;
  readonly color: keyof typeof COLORS;
}

function badgeOf({ counts: { passed, deviating } }: Certificate): Badge {
  if (deviating > 0)
    return { message: `${deviating} deviating, ${passed} passed`, color: 'orange' };
  if (passed > 0) return { message: `${passed} passed`, color: 'brightgreen' };
  return { message: 'nothing known', color: 'lightgrey' };
}

/** As the endpoint badges of shields.io are given it (https://shields.io/badges/endpoint-badge). */
export function badgeJson(certificate: Certificate): string {
  const { message, color } = badgeOf(certificate);
  return `${JSON.stringify({ schemaVersion: 1, label: LABEL, message, color })}\n`;
}

/** Of Verdana at 11 pixels, the mean of small letters and digits. */
const CHARACTER_PX = 6.5;
const PADDING_PX = 10;
const HEIGHT_PX = 20;

/** The same as a picture: a flat badge, its text a label for readers of screens. */
export function badgeSvg(certificate: Certificate): string {
  const { message, color } = badgeOf(certificate);
  const [left, right] = [LABEL, message].map(
    (text) => Math.round(text.length * CHARACTER_PX) + PADDING_PX,
  );
  const width = left! + right!;
  const text = (at: number, what: string) => `<text x="${at}" y="14">${what}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT_PX}" role="img" aria-label="${LABEL}: ${message}">`,
    `<title>${LABEL}: ${message}</title>`,
    `<clipPath id="r"><rect width="${width}" height="${HEIGHT_PX}" rx="3" fill="#fff"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${left}" height="${HEIGHT_PX}" fill="#555"/>`,
    `<rect x="${left}" width="${right}" height="${HEIGHT_PX}" fill="${COLORS[color]}"/></g>`,
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">',
    `${text(left! / 2, LABEL)}${text(left! + right! / 2, message)}</g>`,
    '</svg>\n',
  ].join('');
}
