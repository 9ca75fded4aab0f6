import { Page } from '@/components/Page';

export function Books() {
  return <Page title="Books">{null}</Page>;
}
