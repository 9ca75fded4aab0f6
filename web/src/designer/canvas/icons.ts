import type { Kind } from '../model/step';
import {
  CircleHelp,
  Columns2,
  Equal,
  Hourglass,
  type LucideIcon,
  Plug,
  Repeat,
  Search,
  ShieldCheck,
  Split,
  UserCheck,
  Workflow,
} from 'lucide-react';

const ICONS: Record<Kind | 'unknown', LucideIcon> = {
  use: Plug,
  set: Equal,
  check: ShieldCheck,
  choose: Split,
  each: Repeat,
  parallel: Columns2,
  wait: Hourglass,
  approve: UserCheck,
  call: Workflow,
  unknown: CircleHelp,
};

/** The icon of a kind of step; a read looks like one. */
export function iconOf(kind: Kind | 'unknown', effect?: string): LucideIcon {
  return kind === 'use' && effect === 'read' ? Search : ICONS[kind];
}
