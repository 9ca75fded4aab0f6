import react from '@vitejs/plugin-react';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Where a server runs that `npm run dev` shows; `towpath demo` prints its address. */
const server = process.env.TOWPATH_URL ?? 'http://127.0.0.1:8080';
const forwarded = Object.fromEntries(
  ['/api', '/hooks', '/readyz', '/healthz', '/metrics'].map((path) => [
    path,
    { target: server, changeOrigin: true },
  ]),
);

/** Files that get much smaller when they are packed. */
const packable = /\.(js|css|html|svg|json|txt|webmanifest)$/;

/** Packs them once, so that the server never has to. */
const packed: Plugin = {
  name: 'packed',
  apply: 'build',
  writeBundle({ dir = 'dist' }, bundle) {
    for (const name of Object.keys(bundle).filter((name) => packable.test(name))) {
      const file = join(dir, name);
      const plain = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(plain));
      writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }));
    }
  },
};

export default defineConfig({
  plugins: [react(), packed],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  server: { proxy: forwarded },
  preview: { proxy: forwarded },
  build: { target: 'es2023', reportCompressedSize: false, chunkSizeWarningLimit: 900 },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
