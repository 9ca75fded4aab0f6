import { defineConfig } from 'vitest/config';

// Against the real binary (`server.ts`). One browser, one file at a time. What depends on the speed of
// the machine is measured by `npm run speed`, and not by every test run.
const speed = process.env.TOWPATH_SPEED === '1';

export default defineConfig({
  test: {
    include: [speed ? 'e2e/**/*.speed.ts' : 'e2e/**/*.e2e.ts'],
    globalSetup: 'e2e/server.ts',
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
