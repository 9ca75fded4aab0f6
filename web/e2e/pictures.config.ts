import tests from './vitest.config';
import { defineConfig } from 'vitest/config';

// Takes the README's pictures from the real binary (`server.ts`): `npm run pictures`.
export default defineConfig({
  test: { ...tests.test, include: ['e2e/pictures.ts'], maxWorkers: 1 },
});
