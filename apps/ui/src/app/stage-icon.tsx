import {
  AlarmClock,
  ArrowDownNarrowWide,
  Box,
  Cake,
  CalendarClock,
  Check,
  CircleHelp,
  CircleSlash,
  Hourglass,
  ListChecks,
  type LucideIcon,
  Rocket,
  Scaling,
  Search,
  Server,
  Shrink,
  Tags,
  ToggleLeft,
  ToggleRight,
  Trash2,
  Undo2,
  UserCheck,
  Variable,
  Webhook,
  Workflow,
} from 'lucide-react';
import { stageType } from './stage-types.ts';

const ICONS: Readonly<Record<string, LucideIcon>> = {
  'alarm-clock': AlarmClock,
  'arrow-down-narrow-wide': ArrowDownNarrowWide,
  cake: Cake,
  'calendar-clock': CalendarClock,
  check: Check,
  'circle-slash': CircleSlash,
  hourglass: Hourglass,
  'list-checks': ListChecks,
  rocket: Rocket,
  scaling: Scaling,
  search: Search,
  server: Server,
  shrink: Shrink,
  tags: Tags,
  'toggle-left': ToggleLeft,
  'toggle-right': ToggleRight,
  'trash-2': Trash2,
  'undo-2': Undo2,
  'user-check': UserCheck,
  variable: Variable,
  webhook: Webhook,
  workflow: Workflow,
};

/** Icon of a stage type: a plain box for one whose icon is not in the list, a question mark for an unknown type. */
export function StageIcon({ type, size = 20 }: { readonly type: string; readonly size?: number }) {
  const known = stageType(type);
  const Icon = known ? (ICONS[known.icon] ?? Box) : CircleHelp;
  return <Icon size={size} strokeWidth={1.75} aria-hidden className="gk-muted" style={{ flex: 'none' }} />;
}
