import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

// Below come the layers: `lib`, `api` and `components` know no screen, and screens know no other.
const screens = [
  'audit',
  'books',
  'connections',
  'dead-letters',
  'environments',
  'events',
  'flows',
  'home',
  'lookups',
  'runs',
  'settings',
];
const layer = (files, group, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});

export default defineConfig(
  { ignores: ['dist', 'eslint.config.js', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  hooks.configs.flat.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: true },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Handlers of events may be async: what they throw is shown where the act is.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      // TanStack Router's way to leave for another page.
      '@typescript-eslint/only-throw-error': 'off',
      // For the compiler, which is not used.
      'react-hooks/incompatible-library': 'off',
      'no-console': 'error',
    },
  },
  layer(
    ['src/{lib,api,components,theme}/**'],
    ['@/app/*', '@/routes/*', '@/designer/*'],
    'the kit knows no screen',
  ),
  ...screens.map((screen) =>
    layer(
      [`src/routes/${screen}/**`],
      screens.filter((other) => other !== screen).map((other) => `@/routes/${other}/*`),
      'screens do not import each other: lift it to lib or components',
    ),
  ),
);
