import { planStrategy } from '../../kit/index.ts';
import { noneStrategy } from './definition.ts';

export const none = planStrategy(noneStrategy, { after: () => [] });
