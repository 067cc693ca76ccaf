// These dependencies ship ES modules only; jest runs CommonJS.
const esModules = [
  '@jupyter',
  '@jupyterlab',
  '@microsoft',
  '@rjsf',
  'exenv-es6',
  'lib0',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

export default {
  // Whole screens on a machine that has something else to do as well.
  testTimeout: 60_000,
  testEnvironment: 'jsdom',
  testMatch: ['<rootDir>/src/**/__tests__/**/*.spec.ts?(x)'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'json'],
  moduleNameMapper: {
    '\\.css$': '<rootDir>/jest/style.cjs',
    '\\.svg$': '<rootDir>/jest/svg.cjs'
  },
  transform: {
    '\\.(ts|tsx|js)$': [
      'ts-jest',
      {
        diagnostics: false,
        tsconfig: {
          allowJs: true,
          esModuleInterop: true,
          isolatedModules: true,
          jsx: 'react',
          module: 'commonjs',
          target: 'ES2020'
        }
      }
    ]
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules})/)`],
  setupFiles: ['<rootDir>/jest/globals.cjs'],
  setupFilesAfterEnv: [
    '@testing-library/jest-dom',
    '<rootDir>/jest/patience.cjs'
  ]
};
