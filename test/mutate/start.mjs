// `npm run mutate`: loads main.ts, which Node 20 cannot by itself.
import { createViteServer } from 'vitest/node';

const vite = await createViteServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, ws: false, watch: null },
});
const { main } = await vite.ssrLoadModule('/test/mutate/main.ts');
const code = await main(process.argv.slice(2));
await vite.close();
process.exit(code);
