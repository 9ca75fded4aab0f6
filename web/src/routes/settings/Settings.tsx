import { Accounts } from './Accounts';
import { Proposals } from './Proposals';
import { RulesPanel } from './RulesPanel';
import { Tokens } from './Tokens';
import { Page } from '@/components/Page';

/** Who may do what on this server. */
export function Settings() {
  return (
    <Page title="Settings" about="Proposals, rules, accounts and API tokens of this server">
      <Proposals />
      <RulesPanel />
      <Accounts />
      <Tokens />
    </Page>
  );
}
