// Prints the one line a machine looks for after a test run, from the JSON that Vitest wrote. Exits with 1 unless all passed.
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  passed = report.numPassedTests;
  failed = report.numFailedTests + brokenFiles.length;
  if (!report.success && failed === 0) failed = 1;
} catch {
  failed = 1;
}
console.log(`Tests: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
