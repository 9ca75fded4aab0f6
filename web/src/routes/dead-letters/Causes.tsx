import { Page } from '@/components/Page';

export function Causes() {
  return <Page title="Dead letters">{null}</Page>;
}
