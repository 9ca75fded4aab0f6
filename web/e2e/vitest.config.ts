import { defineConfig } from 'vitest/config';

// Against a server that runs: TOWPATH_URL says where its pages are. One browser, one file at a time.
export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
