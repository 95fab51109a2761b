import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { themeCss } from './theme-css.ts';

// The UI is static files with content hashes in their names; the server adds long caching and a policy that forbids
// inline script and inline style, so nothing may be inlined here (assetsInlineLimit, modulePreload).
export default defineConfig({
  plugins: [react(), themeCss()],
  build: {
    outDir: 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      '/api': { target: process.env.STOCKBRIDGE_URL ?? 'http://127.0.0.1:8080', changeOrigin: false },
    },
  },
});
