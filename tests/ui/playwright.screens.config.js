// What `make screenshots` photographs: the scripted server and the browser of the tests, other files.
const base = require('./playwright.config');

module.exports = {
  ...base,
  testDir: 'screens',
  // The pictures of the tests stay where they are.
  outputDir: 'test-results/screens',
  webServer: [base.webServer[0]]
};
