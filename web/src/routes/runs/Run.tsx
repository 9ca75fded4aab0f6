import { Page } from '@/components/Page';

export function Run() {
  return <Page title="Run">{null}</Page>;
}
