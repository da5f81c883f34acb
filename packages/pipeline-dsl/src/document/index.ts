export { applyFixes, type FixedDocument } from './apply-fixes.ts';
export { type FormatOptions, formatFindings } from './format-findings.ts';
export { DOCUMENT_LIMITS, type DocumentLimits } from './limits.ts';
export {
  type DocumentFormat,
  type Locate,
  type ReadDocument,
  type ReadOptions,
  readDocument,
  readValue,
} from './read-document.ts';
export type { Place } from './spots.ts';
