import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where a server runs that `npm run dev` shows; `towpath demo` prints its address. */
const server = process.env.TOWPATH_URL ?? 'http://127.0.0.1:8080';
const forwarded = Object.fromEntries(
  ['/api', '/hooks', '/readyz', '/healthz', '/metrics'].map((path) => [
    path,
    { target: server, changeOrigin: true },
  ]),
);

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  server: { proxy: forwarded },
  preview: { proxy: forwarded },
  build: { target: 'es2023', reportCompressedSize: false, chunkSizeWarningLimit: 900 },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
