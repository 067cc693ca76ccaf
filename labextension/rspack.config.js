// Merged into the builder's configuration.
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
    splitChunks: { chunks: 'async', minSize: 2_000 }
  }
};
