// What `make screenshots` photographs: the scripted server and the browser of the tests, other files.
const base = require('./playwright.config');

module.exports = {
  ...base,
  testDir: 'screens',
  webServer: [base.webServer[0]]
};
