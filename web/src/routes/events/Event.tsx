import { Page } from '@/components/Page';

export function Event() {
  return <Page title="Event">{null}</Page>;
}
