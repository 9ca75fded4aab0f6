import { Empty } from '@/components/Empty';

export function NotFound() {
  return (
    <Empty
      title="There is no such page"
      why="The address may be mistyped, or what it showed is gone."
      next={{ label: 'Home', to: '/' }}
    />
  );
}
