import { defineConfig } from 'vitest/config';

// Against the real binary (`server.ts`): two files at a time, each worker with a demo of its own; one
// where a server is given. What depends on the speed of the machine is measured by `npm run speed`,
// and not by every test run.
const speed = process.env.TOWPATH_SPEED === '1';

export default defineConfig({
  test: {
    include: [speed ? 'e2e/**/*.speed.ts' : 'e2e/**/*.e2e.ts'],
    globalSetup: 'e2e/server.ts',
    environment: 'node',
    maxWorkers: speed || process.env.TOWPATH_URL ? 1 : 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
