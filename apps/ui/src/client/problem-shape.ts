import { shapes } from '@gennaker/pipeline-dsl/contract';
import type * as z from 'zod';

export const problemSchema = shapes.problem;
export type Problem = z.infer<typeof problemSchema>;
