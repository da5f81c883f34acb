import * as z from 'zod';

/** Text of at most so many characters. */
export const text = (max: number) => z.string().max(max);
/** An object with some known fields; the others pass and are kept. */
export const open = <Shape extends z.ZodRawShape>(shape: Shape) => z.looseObject(shape);

const absentIfNull = (value: unknown): unknown => (value === null ? undefined : value);
const toFlag = (value: unknown): unknown =>
  value === 'true' ? true : value === 'false' || value === '' ? false : absentIfNull(value);
const toNumber = (value: unknown): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value === '' ? undefined : absentIfNull(value);

/** True or false; text of one is read too, and null counts as absent. */
export const flag = (help: string) => z.preprocess(toFlag, z.boolean().optional()).optional().describe(help);
/** A whole number; text of one is read too, and null counts as absent. */
export const whole = (help: string, min = 0) =>
  z.preprocess(toNumber, z.number().int().min(min).optional()).optional().describe(help);
/** A list; null counts as absent. */
export const list = <Item extends z.ZodType>(item: Item, most: number, help: string) =>
  z.preprocess(absentIfNull, z.array(item).max(most).optional()).optional().describe(help);
