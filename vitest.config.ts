import { defineConfig } from 'vitest/config'

const never = ['**/node_modules/**', '**/dist/**', '.data/**']
// These need the whole system or minutes of time; test:e2e, test:faults and test:prod run them with TEST_KIND.
const KINDS: Record<string, string> = {
  e2e: 'web/e2e/**/*.e2e.test.ts',
  faults: '**/*.faults.test.ts',
  prod: 'docker/**/*.prod.test.ts',
}
const kind = process.env.TEST_KIND ?? ''
const special = KINDS[kind]

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: special ? 1 : 2,
    // Limits for what never ends, not for how quick it is: a busy machine takes several times as long.
    testTimeout: special ? 15 * 60_000 : 60_000,
    hookTimeout: special ? 5 * 60_000 : 120_000,
    expect: { poll: { timeout: special ? 60_000 : 20_000, interval: 20 } },
    // A machine that is suddenly busy must not refuse a change; a test that needed it says so in the output.
    retry: process.env.CI === 'true' ? (kind === 'e2e' ? 2 : 1) : 0,
    passWithNoTests: false,
    projects: special
      ? [
          {
            extends: true,
            test: {
              name: kind,
              include: [special],
              exclude: never,
              ...(kind === 'e2e' ? {} : { globalSetup: ['shared/testing/global-setup.ts'] }),
            },
          },
        ]
      : [
          {
            extends: true,
            test: {
              name: 'server',
              environment: 'node',
              include: ['{api,workers,shared,migrations,bench,docker}/**/*.test.ts'],
              exclude: [...never, ...Object.values(KINDS)],
              globalSetup: ['shared/testing/global-setup.ts'],
            },
          },
          {
            extends: './web/vite.config.ts',
            test: {
              name: 'web',
              environment: 'happy-dom',
              include: ['web/src/**/*.test.{ts,tsx}'],
              exclude: never,
              testTimeout: 60_000,
            },
          },
        ],
  },
})
