import { createHash } from 'node:crypto';

/**
 * Chance for the expressions of one stage: numbers in [0, 1) and UUIDs drawn from the stage's own identity, so that a
 * stage planned again after a crash comes to the same values.
 */
export function chanceOf(identity: string): { random(): number; uuid(): string } {
  let drawn = 0;
  const draw = (): string => createHash('sha256').update(`${identity}/${drawn++}`).digest('hex');
  return {
    random: () => Number.parseInt(draw().slice(0, 12), 16) / 2 ** 48,
    uuid: () => {
      const hex = draw();
      const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4];
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
  };
}
