import { Page } from '@/components/Page';

export function Cause() {
  return <Page title="Cause">{null}</Page>;
}
