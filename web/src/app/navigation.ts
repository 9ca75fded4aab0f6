import {
  FileClock,
  CircleAlert,
  House,
  Inbox,
  Layers,
  Plug,
  ScrollText,
  Settings,
  Table2,
  Waypoints,
  Workflow,
  type LucideIcon,
} from 'lucide-react';

/** A screen of the app: the list that navigation, the command palette and shortcuts are made of. */
export interface Screen {
  to:
    | '/'
    | '/flows'
    | '/runs'
    | '/events'
    | '/dead-letters'
    | '/books'
    | '/lookups'
    | '/connections'
    | '/environments'
    | '/audit'
    | '/settings';
  title: string;
  /** What it is for, and the words of other products for it, which search finds too. */
  about: string;
  icon: LucideIcon;
  /** Typed after `g`. */
  key: string;
  group: 'work' | 'money' | 'setup';
}

export const SCREENS: readonly Screen[] = [
  {
    to: '/',
    title: 'Home',
    about: 'Proof, what needs you, health',
    icon: House,
    key: 'h',
    group: 'work',
  },
  {
    to: '/flows',
    title: 'Flows',
    about: 'Build, test and publish; data flow, document flow',
    icon: Workflow,
    key: 'f',
    group: 'work',
  },
  {
    to: '/runs',
    title: 'Runs',
    about: 'What was done about each event; monitor, executions',
    icon: Waypoints,
    key: 'r',
    group: 'work',
  },
  {
    to: '/events',
    title: 'Events',
    about: 'Everything that was received; documents, webhooks',
    icon: Inbox,
    key: 'e',
    group: 'work',
  },
  {
    to: '/dead-letters',
    title: 'Dead letters',
    about: 'What was given up and needs a person; errors, alerts',
    icon: CircleAlert,
    key: 'd',
    group: 'work',
  },
  {
    to: '/books',
    title: 'Books',
    about: 'Totals, entries and exceptions; journal, ledger',
    icon: ScrollText,
    key: 'b',
    group: 'money',
  },
  {
    to: '/lookups',
    title: 'Lookups',
    about: 'Tables that mappings read; code tables',
    icon: Table2,
    key: 'l',
    group: 'money',
  },
  {
    to: '/connections',
    title: 'Connections',
    about: 'The systems that are spoken to; connection points',
    icon: Plug,
    key: 'c',
    group: 'setup',
  },
  {
    to: '/environments',
    title: 'Environments',
    about: 'Test and live, and what is deployed where; activate',
    icon: Layers,
    key: 'n',
    group: 'setup',
  },
  {
    to: '/audit',
    title: 'Audit',
    about: 'Who did what and why',
    icon: FileClock,
    key: 'a',
    group: 'setup',
  },
  {
    to: '/settings',
    title: 'Settings',
    about: 'Accounts, tokens, rules',
    icon: Settings,
    key: 's',
    group: 'setup',
  },
];

export const SHORTCUTS: readonly (readonly [keys: string, does: string])[] = [
  ['Ctrl K', 'Find a screen, a command or any id'],
  ['?', 'Show the shortcuts'],
  ['g then a letter', 'Go to a screen'],
  ['Esc', 'Close what is open'],
];
