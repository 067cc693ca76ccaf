// What `make bench` measures of the page: the same servers and browser as the tests, other files.
module.exports = { ...require('./playwright.config'), testDir: 'figures' };
