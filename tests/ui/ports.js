const { execFileSync } = require('node:child_process');

/** A port nobody listens on; asked of the system in a child, for a configuration must answer at once. */
exports.freePort = () => {
  const script =
    "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})";
  return execFileSync(process.execPath, ['-e', script], {
    encoding: 'utf8'
  }).trim();
};
