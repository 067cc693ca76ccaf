const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

// Merged into the builder's configuration.

/** Packages of others that are bundled: in files of their own, loaded with the screen that needs them. */
const THIRD_PARTY = /[\\/]node_modules[\\/](uplot)[\\/].*\.js$/;

/**
 * Styles as files beside the JavaScript that needs them. The builder would put them inside of it, as texts that are
 * parsed twice.
 */
class StyleFiles {
  apply(compiler) {
    const { CssExtractRspackPlugin } = compiler.rspack;
    const { rules } = compiler.options.module;
    const ofBuilder = rules.findIndex(
      ({ test, use }) => use && test?.test('a.css')
    );
    rules.splice(ofBuilder, 1, {
      test: /\.css$/,
      use: [CssExtractRspackPlugin.loader, 'css-loader'],
      type: 'javascript/auto'
    });
    // The server lets browsers keep what names its version so.
    const filename = '[name].[contenthash].css?v=[contenthash]';
    new CssExtractRspackPlugin({ filename }).apply(compiler);
  }
}

/**
 * Makes files small. Not so by default: the styles stay as they were written, because browsers that JupyterLab runs
 * in need no substitutes for `text-align: start` and the like, which are longer than all the rest.
 */
class Small {
  apply(compiler) {
    const { SwcJsMinimizerRspackPlugin } = compiler.rspack;
    const { LightningCssMinimizerRspackPlugin } = compiler.rspack;
    new SwcJsMinimizerRspackPlugin({
      // Not as modules: JupyterLab finds the entry by its name in the global scope.
      minimizerOptions: { ecma: 2020, compress: { passes: 4 } }
    }).apply(compiler);
    new LightningCssMinimizerRspackPlugin({
      minimizerOptions: { targets: ['chrome 110', 'firefox 110', 'safari 16'] }
    }).apply(compiler);
  }
}

/** What the compiler makes of a tag (`tsconfig.build.json`) is a name of ours, which can be made short. */
class Elements {
  apply(compiler) {
    const { ProvidePlugin } = compiler.rspack;
    new ProvidePlugin({
      jsxElement: [join(__dirname, 'lib/ui/element.js'), 'jsxElement']
    }).apply(compiler);
  }
}

/** Writes down which files each `import()`, and the start, brings: for `scripts/check-size.mjs`. */
class Loads {
  apply(compiler) {
    compiler.hooks.done.tap('Loads', stats => {
      const loads = {};
      const { chunks } = stats.toJson({
        all: false,
        chunks: true,
        chunkOrigins: true
      });
      for (const { origins, files } of chunks) {
        for (const { request } of origins) {
          loads[request || 'start'] ??= [];
          loads[request || 'start'].push(...files);
        }
      }
      writeFileSync(join(__dirname, 'lib/loads.json'), JSON.stringify(loads));
    });
  }
}

module.exports = {
  plugins: [new StyleFiles(), new Elements(), new Loads()],
  output: { hashDigestLength: 8 },
  optimization: {
    minimizer: [new Small()],
    // What two views need is loaded once: by default only what is larger than 20 KB is shared.
    splitChunks: {
      chunks: 'async',
      minSize: 1_000,
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
