import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { applyMigrations, MigrationError } from './apply-migrations.ts';

/**
 * A program of its own, so that the memory of the schema engine goes with it. The order comes as JSON on standard input,
 * because a connection string among the arguments would be visible to everyone on the machine; the answer is one line of
 * JSON on standard output.
 */
const orderSchema = z.object({ databaseUrl: z.string(), prismaFolder: z.string() });

try {
  const order = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const applied = await applyMigrations(order.databaseUrl, order.prismaFolder);
  answer({ applied });
} catch (error) {
  if (error instanceof MigrationError) answer({ problem: error.message });
  else answer({ problem: `Migrating failed: ${error instanceof Error ? error.message : String(error)}` });
}

function answer(value: { readonly applied: readonly string[] } | { readonly problem: string }): void {
  // The schema engine leaves a timer of ten seconds behind that nothing can clear.
  process.stdout.write(`${JSON.stringify(value)}\n`, () => process.exit(0));
}
