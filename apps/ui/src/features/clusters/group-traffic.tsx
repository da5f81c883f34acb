import type { StatusRole } from '@gennaker/ui-kit';
import { CircleCheck, CircleMinus, CircleSlash } from 'lucide-react';
import { type ServerGroupView, shareTexts } from './server-group.ts';

interface Face {
  readonly word: string;
  readonly role: StatusRole;
  readonly icon: typeof CircleCheck;
}

const FACES: Readonly<Record<'enabled' | 'disabled' | 'partial', Face>> = {
  enabled: { word: 'Serving', role: 'done', icon: CircleCheck },
  disabled: { word: 'Disabled', role: 'idle', icon: CircleMinus },
  partial: { word: 'Partly serving', role: 'warn', icon: CircleSlash },
};
const LEAVING: Face = { word: 'Being removed', role: 'warn', icon: CircleSlash };
const IDLE: Face = { word: 'Gets no requests', role: 'idle', icon: CircleSlash };

/** In traffic, yet no listener sends anything its way. */
const getsNothing = ({ traffic, shares }: ServerGroupView): boolean =>
  traffic !== 'disabled' && shares !== null && shares.length > 0 && shares.every(({ percent }) => percent === 0);

/** Whether a server group takes requests, as icon and words. */
export function GroupTraffic({ group }: { readonly group: ServerGroupView }) {
  if (!group.traffic && !group.beingDeleted) return <span className="gk-muted">traffic unknown</span>;
  const face = group.beingDeleted ? LEAVING : getsNothing(group) ? IDLE : FACES[group.traffic ?? 'partial'];
  return (
    <span className="gk-status" data-role={face.role}>
      <face.icon size={16} className="gk-status-icon" aria-hidden /> {face.word}
    </span>
  );
}

/** What part of the requests it gets, the greatest in words and the others as a number. */
export function GroupShare({ group }: { readonly group: ServerGroupView }) {
  const [first, ...more] = shareTexts(group);
  if (!first) return null;
  return (
    <span className="gk-muted gk-row-text gk-clip block" title={[first, ...more].join(', ')}>
      {first}
      {more.length > 0 ? `, +${more.length}` : ''}
    </span>
  );
}
