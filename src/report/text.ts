import { sectionsMarkdown } from './render/markdown.ts';
import { sectionsText } from './render/text.ts';
import type { RunSummary } from './run-summary.ts';
import { type ReportOptions, reportSections } from './sections.ts';

/** The report as text without colours, in lines of at most `width` columns. */
export function reportText(
  summary: RunSummary,
  options: ReportOptions = {},
  width?: number,
): string {
  return sectionsText(reportSections(summary, options), width);
}

/** The same as Markdown, to be put into an issue or a page. */
export function reportMarkdown(summary: RunSummary, options: ReportOptions = {}): string {
  return sectionsMarkdown(reportSections(summary, options));
}
