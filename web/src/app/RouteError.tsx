import { ErrorView } from '@/components/ErrorView';
import { Page } from '@/components/Page';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';

/** Shown instead of a screen that failed; the shell around it stays. */
export function RouteError({ error }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Page title="This screen could not be shown">
      <ErrorView error={error} retry={() => void router.invalidate()} />
    </Page>
  );
}
