import importX, { createNodeResolver } from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

/** Things that may stand in one place only, and that place. */
const onlyIn = {
  prisma: { name: '@prisma/client', message: 'Prisma stands in packages/store only.' },
  bullmq: { name: 'bullmq', message: 'BullMQ stands in packages/queue only.' },
}
const noProcessEnv = {
  object: 'process',
  property: 'env',
  message: 'packages/runtime is the only reader of process.env; take settings as arguments.',
}

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'packages/*/src/generated/**', '.quickstart/**'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // There are no enums and next to no classes here; together these two take a quarter of the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    // Borders: a workspace imports only what its own package.json names, never another one's inside.
    files: ['apps/*/src/**/*.ts', 'packages/*/src/**/*.ts'],
    rules: {
      'import-x/no-extraneous-dependencies': ['error', { devDependencies: false, optionalDependencies: false }],
      'import-x/no-relative-packages': 'error',
      'import-x/no-cycle': 'error',
      'no-restricted-properties': ['error', noProcessEnv],
      'no-restricted-imports': [
        'error',
        { paths: [onlyIn.prisma, onlyIn.bullmq], patterns: ['@edfi-tenants/*/src/*', '@edfi-tenants/*/dist/*'] },
      ],
    },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.js', '.ts'] })] },
  },
  {
    files: ['packages/core/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*', '@edfi-tenants/*'], message: 'core does no I/O and imports nothing of ours.' },
          ],
        },
      ],
    },
  },
  { files: ['packages/store/src/**/*.ts'], rules: { 'no-restricted-imports': ['error', { paths: [onlyIn.bullmq] }] } },
  { files: ['packages/queue/src/**/*.ts'], rules: { 'no-restricted-imports': ['error', { paths: [onlyIn.prisma] }] } },
  // A process's entry hands process.env to the readers of packages/runtime; nothing else touches it.
  {
    files: ['packages/runtime/src/**/*.ts', 'apps/*/src/main.ts', 'packages/*/src/main.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['scripts/**/*.ts', 'bench/**/*.ts', 'test/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
)
