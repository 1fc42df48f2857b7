import { defineConfig } from 'vitest/config';

const PACKAGE_TESTS = 'test/package/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 20_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    reporters: ['default', 'json'],
    outputFile: { json: '.cache/test-report.json' },
    // Only the tests of the built package need a build: the others run while src does not compile.
    projects: [
      {
        extends: true,
        test: { name: 'source', include: ['test/**/*.test.ts'], exclude: [PACKAGE_TESTS] },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: [PACKAGE_TESTS],
          globalSetup: 'test/support/fresh-build.ts',
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: { statements: 95, lines: 95, functions: 95, branches: 90 },
    },
  },
});
