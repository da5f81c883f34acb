import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fieldsOfSchema } from './schema-fields.ts';

describe('fields of a schema', () => {
  it('have the control of their type although they may be null', () => {
    const schema = z.object({
      on: z.boolean().nullish(),
      count: z.number().nullish(),
      text: z.string().nullish(),
      list: z.array(z.string()).nullish(),
    });
    expect(fieldsOfSchema(schema).map((field) => field.kind)).toEqual(['switch', 'number', 'text', 'list']);
  });
});
