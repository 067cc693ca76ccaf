// Merged into the builder's configuration.

/** Packages of others that are bundled: in files of their own, loaded with the screen that needs them. */
const THIRD_PARTY = /[\\/]node_modules[\\/](uplot|anser)[\\/].*\.js$/;

module.exports = {
  module: {
    rules: [
      {
        // Styles travel inside of the JavaScript: made small like it.
        test: /\.css$/,
        enforce: 'pre',
        loader: 'builtin:lightningcss-loader',
        options: { minify: true }
      }
    ]
  },
  optimization: {
    // What two views need is loaded once: by default only what is larger than 20 KB is shared.
    splitChunks: {
      chunks: 'async',
      minSize: 2_000,
      cacheGroups: {
        thirdParty: {
          test: THIRD_PARTY,
          name: module =>
            `third-party-${THIRD_PARTY.exec(module.nameForCondition())[1]}`,
          enforce: true
        }
      }
    }
  }
};
