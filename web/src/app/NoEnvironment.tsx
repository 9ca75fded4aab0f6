import { Empty } from '@/components/Empty';
import { Navigate } from '@tanstack/react-router';

/** In place of a screen of a server that has no environment yet. */
export function NoEnvironment({ at }: { at: string }) {
  if (at === '/') return <Navigate to="/start" replace />;
  return (
    <Empty
      title="There is no environment yet"
      why="Connections, flows in force, runs and books belong to an environment. The first steps make one."
      next={{ label: 'First steps', to: '/start' }}
    />
  );
}
