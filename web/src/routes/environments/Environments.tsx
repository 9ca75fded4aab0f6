import { Page } from '@/components/Page';

export function Environments() {
  return <Page title="Environments">{null}</Page>;
}
