import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'lock-file': 'src/leases/lock-file/lock-file-leases.ts',
    cli: 'src/cli.ts',
  },
  format: 'esm',
  target: 'es2022',
  tsconfig: 'tsconfig.src.json',
  clean: true,
  sourcemap: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
});
